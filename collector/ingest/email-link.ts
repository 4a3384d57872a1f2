import { createHmac, timingSafeEqual } from 'node:crypto'
import { DAY_MS } from '../scoring/tables.ts'
import { publicId } from '../store/ids.ts'
import type { EmailLink, NewEmailLink } from '../store/mail-store.ts'
import type { NewEvent, Site, WriteStore } from '../store/store.ts'
import { decodeFully } from './clean-url.ts'
import { isRecord } from './props.ts'

/**
 * Links in e-mails. Such a link is the address of the page itself with one more campaign parameter: a code
 * that is this person's, and its signature. Nothing leads through the collector, so there is nothing to
 * redirect; the tag keeps campaign parameters, and the collector reads this one off and stores none of it.
 */

const LINK_PARAM = 'utm_pique'
export const USUAL_LINK_DAYS = 90
export const MOST_LINK_DAYS = 730
/** How many are made at once. */
export const MOST_LINKS = 100
const MAX_TARGET = 2_000

/** What became of a code in an address, by the names that are counted. */
export type Became = 'clicked' | 'forged' | 'unknown' | 'expired' | 'unasked' | 'program' | 'inside'

export interface LinkAsked {
  readonly url: string
  /** In normal form; one of the two at least. */
  readonly email: string | null
  readonly userId: string | null
  readonly campaign: string | null
}

/** What is wrong with an address that a link is to lead to, in the words of a refusal; null for nothing. */
export function problemOfTarget(
  { url: raw, email, userId }: Omit<LinkAsked, 'campaign'>,
  origins: readonly string[],
): string | null {
  const url = URL.canParse(raw) ? new URL(raw) : null
  if (!url || !/^https?:$/.test(url.protocol) || raw.length > MAX_TARGET) {
    return 'is no address of a page; expected one such as https://shop.example/pricing'
  }
  if (url.username !== '' || url.password !== '')
    return 'has a password; expected an address without'
  if (origins.length > 0 && !origins.includes(url.origin)) {
    return `leads elsewhere; expected a page of ${origins.join(' or ')}`
  }
  const text = decodeFully(raw).toLowerCase()
  const isNamed = email !== null && text.includes(email)
  const isNumbered = userId !== null && [...url.searchParams.values()].includes(userId)
  return isNamed || isNumbered ? 'says whose it is; expected an address that is everybody’s' : null
}

/** The address with what says that it came by e-mail, unless it says itself where it came from. */
function targetOf({ url: raw, campaign }: Pick<LinkAsked, 'url' | 'campaign'>): string {
  const url = new URL(raw)
  if (url.searchParams.has(LINK_PARAM)) url.searchParams.delete(LINK_PARAM)
  const isTold = [...url.searchParams.keys()].some((name) => /^utm_/i.test(name))
  const own = isTold ? [] : ['utm_source=email', 'utm_medium=email']
  const hasCampaign = url.searchParams.has('utm_campaign')
  if (campaign !== null && !hasCampaign) own.push(`utm_campaign=${encodeURIComponent(campaign)}`)
  return withParams(url, own)
}

/** As text, because whoever reads the address may mind how its own parameters are written. */
function withParams(url: URL, params: readonly string[]): string {
  const before = url.search.replace(/^\?/, '')
  url.search = [before, ...params].filter((part) => part !== '').join('&')
  return url.href
}

/** Makes links of one site; their numbers and addresses, in the order asked. Null where there is no such site. */
export function makeEmailLinks(
  store: Pick<WriteStore, 'sites' | 'mail'>,
  { site: ref, links, now, days }: MakeLinks,
): readonly MadeLink[] | null {
  const site = store.sites().find((one) => one.ref === ref)
  if (!site) return null
  const asNew = links.map(
    (asked): NewEmailLink => ({
      site: ref,
      userId: asked.userId,
      email: asked.email,
      target: targetOf(asked),
      createdAt: now,
      expiresAt: now + days * DAY_MS,
    }),
  )
  return store.mail.addEmailLinks(asNew).map(({ ref: link, code }, i): MadeLink => {
    const { target, expiresAt } = asNew[i] ?? { target: '', expiresAt: 0 }
    const address = withParams(new URL(target), [
      `${LINK_PARAM}=${code}.${signatureOf(code, site)}`,
    ])
    return { ref: link, address, target, expiresAt }
  })
}

export interface MakeLinks {
  readonly site: number
  readonly links: readonly LinkAsked[]
  /** Epoch milliseconds. */
  readonly now: number
  readonly days: number
}

export interface MadeLink {
  readonly ref: number
  /** What goes into the e-mail. */
  readonly address: string
  readonly target: string
  readonly expiresAt: number
}

type Signing = Pick<Site, 'key' | 'signingSecret'>

/** Of another site it is another one, and of anything else that is signed with the same secret too. */
function signatureOf(code: string, { key, signingSecret }: Signing): string {
  const mac = createHmac('sha256', signingSecret).update(`email_link.v1.${key}.${code}`)
  return mac.digest('hex').slice(0, 20)
}

function isSigned(code: string, signature: string, site: Signing): boolean {
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(code, site))]
  return given.length === right.length && timingSafeEqual(given, right)
}

export interface Clicks {
  /** What a page view says of a link in an e-mail; null where its address has none. */
  of(value: unknown, view: NewEvent, from: ClickFrom): Click | null
}

export interface ClickFrom {
  readonly site: Site
  readonly isCookieless: boolean
}

export interface Click {
  readonly became: Became
  /** To be taken together with the page view; null where the link says nothing. */
  readonly event: NewEvent | null
}

/**
 * Reads links off page views. A click is an event of the view's own session, so it counts when a person proves
 * to be there, and never for a scanner; and it says weakly whose browser this is. Where the browser asked not
 * to be known (it keeps no id), where a program drives it, and for views within the site (a router that
 * keeps the query), the link says nothing. By when it happened, not by when it was told.
 */
export function createClicks(find: (code: string) => EmailLink | null): Clicks {
  function became(token: string, view: NewEvent, { site, isCookieless }: ClickFrom) {
    const [code = '', signature = ''] = token.split('.')
    if (!/^[0-9a-f]{20}\.[0-9a-f]{20}$/.test(token) || !isSigned(code, signature, site)) {
      return 'forged'
    }
    if (isCookieless) return 'unasked'
    if (view.bot !== null) return 'program'
    if (isInside(view)) return 'inside'
    const link = find(code)
    if (link === null || link.site !== site.ref) return 'unknown'
    return view.at < link.expiresAt ? link : 'expired'
  }
  return {
    of(value, view, from) {
      if (view.type !== 'page_view' || !isRecord(value) || typeof value.url !== 'string')
        return null
      const found = LINK_IN_URL.exec(value.url)
      if (found === null) return null
      const link = became(found[1] ?? '', view, from)
      if (typeof link === 'string') return { became: link, event: null }
      // What is refused if it is new brings no click either; what is known has brought it.
      return { became: 'clicked', event: view.refusal === null ? clickOf(view, link) : null }
    },
  }
}

const LINK_IN_URL = new RegExp(`[?&]${LINK_PARAM}=([^&#]*)`, 'i')

function isInside({ url, referrer }: NewEvent): boolean {
  return url !== null && referrer !== null && new URL(url).host === new URL(referrer).host
}

function clickOf(view: NewEvent, { ref, userId, email }: EmailLink): NewEvent {
  return {
    ...view,
    id: idOfClick(view.id),
    type: 'email_click',
    referrer: null,
    title: null,
    view: null,
    props: null,
    claim: {
      userId,
      email,
      strength: 'weak',
      evidence: 'email_link',
      traits: {},
      link: publicId('emailLink', ref),
    },
    isOurs: true,
  }
}

/**
 * The same for the same view, so that a view that is sent again brings no second click; in its place in time,
 * and behind the view, which begins the visit.
 */
function idOfClick(view: string): string {
  const tail = BigInt(`0x${view.slice(16)}`)
  const hash = BigInt(`0x${createHmac('sha256', view).update('email_click').digest('hex')}`)
  const room = LAST_TAIL - tail
  const after = room > 0n ? tail + 1n + (hash % room) : hash & LAST_TAIL
  return view.slice(0, 16) + after.toString(16).padStart(16, '0')
}

const LAST_TAIL = 0xffff_ffff_ffff_ffffn
