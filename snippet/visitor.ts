/**
 * Who this is, and whether anything may be known about it. Two values are kept, each in a first-party
 * cookie on the broadest domain that takes it and again in `localStorage` (either may be blocked or
 * capped): `_pq` is the browser id alone, `_pqs` is `SESSION.LAST_ACTIVE.HUMAN` (base 36 time, `1` when
 * the session has proven itself). Tabs and subdomains share both. Nothing is read, made or written
 * before `_mayStore` says so.
 */
import { SESSION_IDLE_MS } from '../shared/wire.ts'
import type { Config, Consent } from './config.ts'
import { createId } from './id.ts'

const BROWSER = '_pq'
const SESSION = '_pqs'
/** Chrome keeps no cookie longer than 400 days. */
const COOKIE_SECONDS = 400 * 86_400

declare global {
  interface Navigator {
    readonly globalPrivacyControl?: boolean
  }
}

export interface Visitor {
  _consent: Consent
  /** The person has proven to be one, in this session. */
  _human: boolean
  readonly _mayStore: () => boolean
  /** Whether an e-mail may be read from a submitted form. */
  readonly _mayReadForms: () => boolean
  readonly _browser: () => string | undefined
  /** The session that is going on at `at`, kept alive by the call; `undefined` when cookieless. */
  readonly _session: (at: number) => { readonly _id: string; readonly _isNew: boolean } | undefined
  /** A decision of the person; it outweighs GPC and DNT, which a default in the markup does not. */
  readonly _decide: (consent: Consent) => void
  readonly _prove: () => void
  /** Forgets both ids; the next event gets new ones. */
  readonly _forget: () => void
}

export function createVisitor(config: Config): Visitor {
  const refusesTracking = navigator.globalPrivacyControl || navigator.doNotTrack === '1'
  let decided = false
  let domain: string | undefined
  let sessionId = ''
  let lastActiveAt = 0

  const setCookie = (name: string, value: string, where: string, seconds = COOKIE_SECONDS) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, too late for a page that is leaving
    document.cookie = `${name}=${value}${where};path=/;samesite=lax;max-age=${seconds}${location.protocol === 'https:' ? ';secure' : ''}`
  }

  /** The broadest domain that takes a cookie: browsers refuse public suffixes, so try from the right. */
  const findDomain = () => {
    const labels = location.hostname.split('.')
    for (let count = 1; count <= labels.length; count++) {
      const where = `;domain=${labels.slice(-count).join('.')}`
      setCookie(SESSION + 0, '1', where)
      if (read(SESSION + 0)) {
        setCookie(SESSION + 0, '', where, 0)
        return where
      }
    }
    return ''
  }

  const read = (name: string): string => {
    try {
      const [, cookie = localStorage[name]] =
        new RegExp(`(?:^|; )${name}=([^;]+)`).exec(document.cookie) || []
      return cookie || ''
    } catch {
      // Storage is blocked: sandboxed frames and some privacy settings throw on mere access.
      return ''
    }
  }

  const write = (name: string, value: string) => {
    try {
      if (domain === undefined) domain = findDomain()
      setCookie(name, value, domain, value ? COOKIE_SECONDS : 0)
      if (value) localStorage[name] = value
      else localStorage.removeItem(name)
    } catch {
      // As in `read`; a full quota throws as well. The ids then live as long as the page.
    }
  }

  let browserId = ''
  const writeSession = () =>
    write(SESSION, `${sessionId}.${lastActiveAt.toString(36)}.${visitor._human ? 1 : ''}`)

  const visitor: Visitor = {
    _consent: config._consent,
    _human: false,
    _mayStore: () =>
      visitor._consent === 'granted' && !config._cookieless && (decided || !refusesTracking),
    _mayReadForms: () => config._readsForms && (decided || !refusesTracking),
    _browser() {
      if (!visitor._mayStore()) return
      if (!browserId) {
        browserId = read(BROWSER)
        if (browserId.length !== 36) browserId = createId(Date.now())
        // Written again on every page load, so that the cookie's life starts anew.
        write(BROWSER, browserId)
      }
      return browserId
    },
    _session(at) {
      if (!visitor._mayStore()) return
      // Another tab may have begun a session or kept it alive.
      const [id, activeAt = '', human] = read(SESSION).split('.')
      if (id?.length === 36) {
        if (id !== sessionId) visitor._human = false
        sessionId = id
        lastActiveAt = Math.max(lastActiveAt, Number.parseInt(activeAt, 36) || 0)
        if (human) visitor._human = true
      }
      const _isNew = !sessionId || at - lastActiveAt > SESSION_IDLE_MS
      if (_isNew) {
        // Proof found while there was no session yet belongs to the first one.
        if (sessionId) visitor._human = false
        sessionId = createId(at)
      }
      lastActiveAt = Math.max(lastActiveAt, at)
      writeSession()
      return { _id: sessionId, _isNew }
    },
    _decide(consent) {
      visitor._consent = consent
      decided = consent === 'granted'
      if (!decided) visitor._forget()
    },
    _prove() {
      visitor._human = true
      if (sessionId && visitor._mayStore()) writeSession()
    },
    _forget() {
      browserId = sessionId = ''
      lastActiveAt = 0
      visitor._human = false
      write(BROWSER, '')
      write(SESSION, '')
    },
  }
  return visitor
}
