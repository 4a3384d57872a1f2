/**
 * Who this is, and whether anything may be known about it. Both ids are kept in one first-party cookie
 * on the broadest domain that takes it, which tabs and subdomains share: `_pq=BROWSER.SESSION.LAST`,
 * where `LAST` is the time of the last event, and `h` follows once the session has proven itself.
 * Nothing is read, made or written before `_mayStore` says so.
 */
import { SESSION_IDLE_MS } from '../shared/wire.ts'
import type { Config } from './config.ts'
import { createId } from './id.ts'
import { COOKIE_SECONDS } from './limits.ts'
import { guard } from './listen.ts'

declare global {
  interface Navigator {
    readonly globalPrivacyControl?: boolean
  }
}

/** Nothing when cookieless. */
export type Visit = readonly [browser?: string, session?: string, isNew?: boolean]

export interface Visitor {
  _consent: string
  /** The person has proven to be one, in this session; kept with the next visit. */
  _human: boolean
  readonly _mayStore: () => boolean
  /** Whether an e-mail may be read from a submitted form. */
  readonly _mayReadForms: () => boolean
  /** What the cookie holds: the record, and of it browser, session, `LAST` and `h`; empty without one. */
  readonly _read: () => readonly string[]
  /** The visit that is going on at `at`, kept alive by the call. */
  readonly _visit: (at: number) => Visit
  /** A decision of the person; it outweighs GPC and DNT, which a default in the markup does not. */
  readonly _decide: (consent: string) => void
  /** Forgets both ids; the next event gets new ones. */
  readonly _forget: () => unknown
}

export function createVisitor(config: Config): Visitor {
  const labels = location.hostname.split('.')
  /** How many labels the cookie's domain has; browsers refuse public suffixes, so it is found by trying. */
  let labelCount = 1
  let refusesTracking = navigator.globalPrivacyControl || navigator.doNotTrack === '1'
  /** The session of the last visit. */
  let last: string | undefined

  const read = (): readonly string[] =>
    (visitor._mayStore() &&
      guard(() => /_pq=([\w-]{36}).([\w-]{36}).(\d+)(h?)/.exec(document.cookie))()) ||
    []

  /** Answers whether the cookie is there; where cookies are blocked, everybody is cookieless. */
  const write = guard((record: string) => {
    // The next domain is tried while what is written does not appear, or what is deleted does not go.
    for (;;) {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, too late for a page that is leaving
      document.cookie = `_pq=${record};domain=${labels.slice(-labelCount).join('.')};path=/;samesite=lax;max-age=${record ? COOKIE_SECONDS : 0}`
      const isThere = document.cookie.includes(`_pq=${record}`)
      if (isThere === !!record || labelCount++ >= labels.length) return isThere
    }
  })

  const visitor: Visitor = {
    _consent: config.consent ?? 'granted',
    _human: false,
    _mayStore: () =>
      visitor._consent === 'granted' && config.storage !== 'none' && !refusesTracking,
    _mayReadForms: () => config.identify !== 'off' && !refusesTracking,
    _read: read,
    _visit(at) {
      // Another tab may have begun a session, kept it alive or proven it.
      const [, browser = createId(at), going, activeAt, proven] = read()
      const isNew = !going || at - Number(activeAt) > SESSION_IDLE_MS
      const session = isNew ? createId(at) : going
      // A proof is of one session; found while there was none yet, it belongs to the first.
      const isHuman = (visitor._human && (!last || last === session)) || (!isNew && !!proven)
      if (!(visitor._mayStore() && write(`${browser}.${session}.${at}${isHuman ? 'h' : ''}`)))
        return []
      visitor._human = isHuman
      last = session
      return [browser, session, isNew]
    },
    _decide(consent) {
      visitor._consent = consent
      if (consent === 'granted') refusesTracking = false
      else visitor._forget()
    },
    _forget: () => write(''),
  }
  return visitor
}
