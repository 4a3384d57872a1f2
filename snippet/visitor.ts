/**
 * Who this is, and whether anything may be known about it. Two first-party cookies on the broadest
 * domain that takes them, shared by tabs and subdomains: `_pq=BROWSER`, written once, so that what
 * the collector does to its lifetime stands, and `_pqs=SESSION.LAST.PROVEN`, where `LAST` is the time of
 * the last event. `localStorage._pq` mirrors the first for the day when Safari drops it. Nothing is
 * read, made or written before `mayStore` says so.
 */
import { BROWSER_COOKIE, COOKIE_SECONDS, SESSION_IDLE_MS } from '../shared/wire.ts'
import { config } from './config.ts'
import { createId } from './id.ts'
import { MAX_LABELS } from './limits.ts'
import { guard } from './listen.ts'

declare global {
  interface Navigator {
    readonly globalPrivacyControl?: boolean
  }
}

/** Nothing when cookieless. */
export type Visit = readonly [browser?: string, session?: string, isNew?: boolean]

const SESSION = '_pqs'
/** What the keys of undelivered events begin with. */
export const SHELF = '_pqq'

/** What the person has shown of themselves on this page. */
export const person: {
  /** Has proven to be one, in this session; kept with the next visit. */
  _isHuman?: unknown
  /** Has decided; that outweighs GPC and DNT, which a default in the markup does not. */
  _isAsked?: boolean
} = {}

/** The domain of the cookies; browsers refuse public suffixes, so it is found by trying. */
let domain: string | undefined
/** The session of the last visit. */
let last: string | undefined

/** Whether the person lets itself be recognised. */
export const mayRecognise = (): boolean =>
  // Text or nothing: '1' is more than 0, 'unspecified' is no number.
  person._isAsked ||
  !(navigator.globalPrivacyControl || (navigator.doNotTrack as unknown as number) > 0)

const mayStore = () => mayRecognise() && config.consent === 'granted' && config.storage !== 'none'

/** `localStorage`; where storing is not allowed or does not work, what is put here is lost. */
export const storage = (): Record<string, string> => guard(() => mayStore() && localStorage)() || {}

/** Whether the collector is beside the page, under the domain of its cookies, and may renew them. */
export const mayRenew = (): boolean => config.host.includes(`.${domain}`)

/** Writes a cookie, or deletes it; answers the domain where it is there. */
const write = (name: string, value: string) => {
  for (let labelCount = 2; labelCount < MAX_LABELS; labelCount++) {
    const tried = domain || location.hostname.split('.').slice(-labelCount).join('.')
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, too late for a page that is leaving
    document.cookie = `${name}=${value};domain=${tried};path=/;samesite=lax;max-age=${value ? COOKIE_SECONDS : 0}`
    // Looking costs: once a cookie was seen to be there, the others will be.
    if (domain || (value && document.cookie.includes(value))) {
      domain = tried
      return domain
    }
  }
  return
}

/** The browser id that a text carries: cookies, or the query of an address. */
export const browserIn = (text: string): string | undefined => /_pq=([\da-f-]{36})/.exec(text)?.[1]

/** The cookies, and after them the mirror. */
const recall = () => `${document.cookie};${BROWSER_COOKIE}=${storage()[BROWSER_COOKIE]}`

/** The visit that is going on at `at`, kept alive by the call. Throws where cookies are blocked. */
export function visit(at: number): Visit {
  if (!mayStore()) return []
  const recalled = recall()
  const browser = browserIn(recalled) ?? createId(at)
  // Another tab may have begun a session, kept it alive or proven it.
  const [, going, activeAt, proven] = /_pqs=(.+?)\.(\d+)\.(h?)/.exec(recalled) ?? []
  // Text or nothing, that the subtraction makes a number.
  const isGoing = at - (activeAt as unknown as number) <= SESSION_IDLE_MS
  const session = (isGoing && going) || createId(at)
  // A proof is of one session; found while there was none yet, it belongs to the first.
  person._isHuman = (person._isHuman && (last ?? session) === session) || (isGoing && proven)
  last = session
  // Unless both have it.
  if (recalled.split(browser).length < 3) {
    if (!write(BROWSER_COOKIE, browser)) return []
    // It may be full.
    guard(() => {
      storage()[BROWSER_COOKIE] = browser
    })()
  }
  write(SESSION, `${session}.${at}.${person._isHuman ? 'h' : ''}`)
  return [browser, session, !isGoing]
}

/** Becomes somebody else: whose id another domain has handed over, or somebody new. */
export function renew(id = createId(Date.now())): void {
  if (!mayStore() || id === browserIn(recall())) return
  write(BROWSER_COOKIE, id)
  write(SESSION, '')
}

/** Forgets what is not to be known; also what an answer of the collector brought back late. */
export function settle(): void {
  if (config.consent === 'granted') return
  write(BROWSER_COOKIE, '')
  write(SESSION, '')
  // Last, since it throws where storage is blocked.
  for (const key of Object.keys(localStorage)) if (/^_pq/.test(key)) delete localStorage[key]
}
