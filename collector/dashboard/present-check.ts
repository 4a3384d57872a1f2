import type { SiteJson } from '../store/shapes.ts'
import { isNearby, type PageCheck, type TagAnswer } from './page-checks.ts'
import { listWords } from './words.ts'

/** What a tag answered about itself, in words: first what stops it, then what to know, then what is well. */

export interface FactView {
  readonly tone: 'good' | 'note' | 'problem' | 'cause'
  readonly words: string
}

export interface CheckView {
  readonly state: 'waiting' | 'late' | 'works' | 'partly' | 'broken' | 'over'
  /** One sentence. */
  readonly words: string
  /** Before the facts; empty where they need no introduction. */
  readonly lead: string
  /** The page to open; empty once it has answered. */
  readonly open: string
  readonly facts: readonly FactView[]
}

export interface CheckSource {
  /** Null once it is over. */
  readonly check: PageCheck | null
  readonly sites: readonly SiteJson[]
  /** Origin of the collector, as pages reach it. */
  readonly collector: string
  readonly now: number
}

/** A tag that is there has answered by then. */
const LATE_MS = 10_000

export function presentCheck({ check, sites, collector, now }: CheckSource): CheckView {
  if (!check) {
    const words = 'This check is over. Start another to ask the page again.'
    return { state: 'over', words, lead: '', open: '', facts: [] }
  }
  const { address, href, answer, startedAt } = check
  if (answer) return { ...presentAnswer(check, answer, sites, collector), lead: '', open: '' }
  if (now - startedAt < LATE_MS) {
    const words = `Waiting for the tag on ${address}…`
    return { state: 'waiting', words, lead: '', open: href, facts: [] }
  }
  return {
    state: 'late',
    words: `Nothing has come from ${address} yet.`,
    lead: 'Still waiting. If the page is open, this is the likely cause:',
    open: href,
    facts: causesOf(address, collector).map((words) => ({ tone: 'cause', words })),
  }
}

function causesOf(address: string, collector: string): string[] {
  const isMixed =
    address.startsWith('https:') && collector.startsWith('http:') && !isNearby(collector)
  const mixed = `The page is https and the collector is not, which browsers refuse: serve ${collector} over https.`
  return [
    ...(isMixed ? [mixed] : []),
    'The tag is not on that page: look for “pique.js” in its source.',
    'The page comes from a cache that is older than the tag: empty the cache of the site, then reload.',
    `The page’s content security policy keeps the tag out: it has to name ${collector} in script-src and in connect-src.`,
    'An ad blocker or privacy extension stops it: try a window without extensions.',
  ]
}

type Finding = Pick<CheckView, 'state' | 'words'> & { readonly facts: readonly FactView[] }

/** The first of these that is true says it in one sentence; every one that is true is a fact. */
function presentAnswer(
  check: PageCheck,
  answer: TagAnswer,
  sites: readonly SiteJson[],
  collector: string,
): Finding {
  const page = answer.page ?? check.address
  const site = sites.find(({ id }) => id === check.site)
  const stops = [
    keyTrouble(answer, site, sites),
    originTrouble(page, site),
    answer.collects === false && {
      words: 'but nothing that it sends arrives',
      fact: `A test did not reach the collector: name ${collector} in connect-src of the page’s content security policy, or try a window without an ad blocker.`,
    },
  ].filter((stop) => stop !== false)
  const limits = [...limitsOf(answer)]
  const facts: FactView[] = [
    ...stops.map(({ fact }) => ({ tone: 'problem' as const, words: fact })),
    ...limits.map(({ tone, fact }) => ({ tone, words: fact })),
    ...notesOf(answer).map((words) => ({ tone: 'note' as const, words })),
    ...goodOf(answer).map((words) => ({ tone: 'good' as const, words })),
  ]
  if (stops[0])
    return { state: 'broken', words: `Your tag is on ${page}, ${stops[0].words}.`, facts }
  if (limits[0])
    return { state: 'partly', words: `Your tag works on ${page}, ${limits[0].words}.`, facts }
  return { state: 'works', words: `Your tag works on ${page}.`, facts }
}

interface Stop {
  /** Completes "Your tag is on PAGE, …". */
  readonly words: string
  readonly fact: string
}

function keyTrouble(
  { site: key }: TagAnswer,
  site: SiteJson | undefined,
  sites: readonly SiteJson[],
): Stop | false {
  if (key === site?.key) return false
  if (!key) {
    return {
      words: 'but has no site key',
      fact: 'The tag has no site key, so nothing is sent: paste the whole tag from step 1.',
    }
  }
  const other = sites.find((one) => one.key === key)
  if (other) {
    return {
      words: 'but it is the tag of another site',
      fact: `The tag there belongs to ${other.name}: replace it with the one from step 1, or choose ${other.name} at the top of this page.`,
    }
  }
  return {
    words: 'but its site key is of no site here',
    fact: 'The site key in the tag is of no site here, so its events are refused: replace the tag with the one from step 1.',
  }
}

function originTrouble(page: string, site: SiteJson | undefined): Stop | false {
  const origin = URL.canParse(page) ? new URL(page).origin : null
  const origins = site?.origins ?? []
  if (origin === null || origins.length === 0 || origins.includes(origin)) return false
  return {
    words: 'but its events are refused',
    fact: `${site?.name ?? 'This site'} takes events from ${listWords(origins)} alone, and this page is of ${origin}: add a site that names it (pique site add --origin), and use its tag there.`,
  }
}

interface Limit {
  /** Completes "Your tag works on PAGE, …". */
  readonly words: string
  readonly tone: 'note' | 'problem'
  readonly fact: string
}

/** What keeps a tag that is all right from counting here, or from knowing people again. */
function* limitsOf(answer: TagAnswer): Generator<Limit> {
  if (answer.consent === 'denied') {
    yield {
      words: 'but consent is denied, so it stores and sends nothing',
      tone: 'note',
      fact: "Consent is denied in this browser, so nothing is stored or sent. If you did agree, your banner has to call pique('consent', 'granted').",
    }
  }
  if (answer.consent === 'pending') {
    yield {
      words: 'and waits for consent',
      tone: 'note',
      fact: "Consent is pending: nothing is stored or sent until your banner calls pique('consent', 'granted').",
    }
  }
  if (answer.excluded) {
    yield {
      words: 'but this page is excluded',
      tone: 'note',
      fact: 'data-exclude leaves this path out, so nothing of this page is counted. Take it out of the tag to count it.',
    }
  }
  if (answer.ignored) {
    yield {
      words: 'but this browser is excluded',
      tone: 'note',
      fact: 'This browser is excluded (pique_ignore in its local storage), so your own visits don’t count. Everybody else’s do.',
    }
  }
  if (answer.storage === 'cookie' && answer.stores === false) {
    yield {
      words: 'but could keep no cookie',
      tone: 'problem',
      fact: 'This browser kept no cookie, so each visit looks like a new visitor. Private windows and blockers do that: check again in a normal window.',
    }
  }
}

function notesOf({ storage, stores, gpc, dnt, auto }: TagAnswer): string[] {
  const notes: string[] = []
  // Who asks for it is not tracked, whatever the tag is set to, but by consent; then cookies are kept.
  if (storage === 'none' || ((gpc || dnt) && !stores)) {
    notes.push(
      gpc
        ? 'Cookieless in this browser, because it asks for that (Global Privacy Control).'
        : dnt
          ? 'Cookieless in this browser, because it asks for that (Do Not Track).'
          : 'Cookieless, because the tag says data-storage="none": a visitor lasts a day.',
    )
  }
  if (auto === false) {
    notes.push('Automatic capture is off (data-auto="off"): page views and your own calls alone.')
  }
  return notes
}

function goodOf({ storage, stores, consent, collects }: TagAnswer): string[] {
  return [
    ...(collects ? ['A test reached the collector.'] : []),
    ...(storage === 'cookie' && stores ? ['First-party cookie: visitors are known again.'] : []),
    ...(consent === 'granted' ? ['Consent is granted.'] : []),
  ]
}
