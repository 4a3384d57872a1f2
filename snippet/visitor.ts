/**
 * Who this is, and whether anything may be known about it. Both ids are kept in one first-party cookie
 * on the broadest domain that takes it, which tabs and subdomains share: `BROWSER.SESSION.LAST`, where
 * `LAST` is the time of the last event, and `h` follows once the session has proven itself. Nothing is
 * read, made or written before `_mayStore` says so.
 */
import { SESSION_IDLE_MS } from '../shared/wire.ts'
import type { Config } from './config.ts'
import { createId } from './id.ts'
import { guard } from './listen.ts'

const RECORD = /\b_pq=([\da-f-]{36})\.([\da-f-]{36})\.(\d+)(h?)/
/** Chrome keeps no cookie longer than 400 days. */
const COOKIE_SECONDS = 400 * 86_400

declare global {
  interface Navigator {
    readonly globalPrivacyControl?: boolean
  }
}

/** Without ids when cookieless. */
export interface Visit {
  readonly _browser?: string
  readonly _session?: string
  readonly _isNew?: boolean
}

export interface Visitor {
  _consent: string
  /** The person has proven to be one, in this session; kept with the next event. */
  _human: boolean
  readonly _mayStore: () => boolean
  /** Whether an e-mail may be read from a submitted form. */
  readonly _mayReadForms: () => boolean
  readonly _browser: () => string | undefined
  /** The visit that is going on at `at`, kept alive by the call. */
  readonly _visit: (at: number) => Visit
  /** A decision of the person; it outweighs GPC and DNT, which a default in the markup does not. */
  readonly _decide: (consent: string) => void
  /** Forgets both ids; the next event gets new ones. */
  readonly _forget: () => void
}

export function createVisitor(config: Config): Visitor {
  let refusesTracking = navigator.globalPrivacyControl || navigator.doNotTrack === '1'
  /** The record as this page wrote it, for where cookies are blocked. */
  let memory = ''
  let session = ''
  // Browsers refuse cookies on public suffixes, so the broadest domain is found by trying: `com`,
  // `example.com`, … and last none at all.
  let domains = location.hostname
    .split('.')
    .map((_, index, labels) => labels.slice(~index).join('.'))
    .concat('')

  const read = () => {
    let cookies = memory
    guard(() => {
      if (RECORD.test(document.cookie)) cookies = document.cookie
    })()
    return RECORD.exec(cookies) ?? []
  }

  const write = guard((record: string) => {
    memory = record
    domains.find((domain) => {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, too late for a page that is leaving
      document.cookie = `_pq=${record};domain=${domain};path=/;samesite=lax;max-age=${record ? COOKIE_SECONDS : 0}`
      if (!record || !document.cookie.includes(record)) return false
      domains = [domain]
      return true
    })
  })

  const visitor: Visitor = {
    _consent: config._consent,
    _human: false,
    _mayStore: () =>
      visitor._consent === 'granted' && !config._cookieless && !refusesTracking,
    _mayReadForms: () => config._readsForms && !refusesTracking,
    _browser: () => (visitor._mayStore() ? read()[1] : undefined),
    _visit(at) {
      if (!visitor._mayStore()) return {}
      // Another tab may have begun a session, kept it alive or proven it.
      const [, _browser = createId(at), going, activeAt, proven] = read()
      const _isNew = !going || at - Number(activeAt) > SESSION_IDLE_MS
      const _session = _isNew ? createId(at) : going
      // A proof is of one session; found while there was none yet, it belongs to the first.
      if (session && session !== _session) visitor._human = false
      if (proven && !_isNew) visitor._human = true
      session = _session
      write(`${_browser}.${_session}.${at}${visitor._human ? 'h' : ''}`)
      return { _browser, _session, _isNew }
    },
    _decide(consent) {
      visitor._consent = consent
      if (consent === 'granted') refusesTracking = false
      else visitor._forget()
    },
    _forget() {
      session = ''
      visitor._human = false
      write('')
    },
  }
  return visitor
}
