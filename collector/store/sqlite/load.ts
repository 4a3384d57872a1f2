import { NO_TOUCHES } from '../../attribution/touches.ts'
import { byClaimTime, type Verification } from '../../identity/claims.ts'
import { payloadOf } from '../../scoring/derive.ts'
import { createRecent } from '../recent.ts'
import type {
  BrowserState,
  ClaimKeys,
  Delivery,
  KnownLead,
  Landing,
  Loaded,
  SessionState,
  StoredPlace,
  ViewState,
  VisitorState,
} from '../store.ts'
import { claimReader, connected, unlinkReader } from './claim-rows.ts'
import type { Db } from './connect.ts'
import { probeOf } from './probe.ts'
import { bytesOf, eventReader, hexOf } from './rows.ts'
import type { Texts } from './texts.ts'

/** Browsers kept in memory. */
const REMEMBERED_BROWSERS = 20_000

export interface Loader extends Loaded {
  /** Forgets everything remembered, after a transaction that failed. */
  forget(): void
  isNew(browser: BrowserState): boolean
  /** Tells that everything decided so far is stored. */
  settled(): void
}

export function createLoader(
  db: Db,
  texts: Texts,
  seed: number,
  remembered = REMEMBERED_BROWSERS,
): Loader {
  const byRef = createRecent<number, BrowserState>(remembered)
  // Numbers only, so that there is one state of a browser and never a second, older one.
  const refOfKey = createRecent<string, number>(remembered)
  const fresh = new Set<BrowserState>()
  let next = lastRefs(db)

  const browserByKey = db.prepare('SELECT id FROM browser WHERE key = ? AND site = ?').pluck()
  const browserRow = db
    .prepare('SELECT site, key, cookieless, external FROM browser WHERE id = ?')
    .raw()
  const placeOf = db
    .prepare(
      `SELECT e.session, e.n, s.browser FROM event e CROSS JOIN session s ON s.id = e.session
         CROSS JOIN browser b ON b.id = s.browser
       WHERE e.probe = ? AND e.id = ?
         AND CASE b.cookieless WHEN 1 THEN -b.site ELSE b.id END = ?`,
    )
    .raw()
  const ofSession = eventReader(db, texts, 'WHERE s.id = ? AND e.n < ?')
  const atPlace = eventReader(db, texts, 'WHERE s.id = ? AND e.n = ?')
  const ofBrowser = eventReader(db, texts, 'WHERE s.browser = ?')
  const readState = stateReader(db, texts)
  const readClaims = claimReader(db)

  function remember(browser: BrowserState): BrowserState {
    byRef.set(browser.ref, browser)
    refOfKey.set(cacheKey(browser.site, browser.key), browser.ref)
    return browser
  }

  function load(ref: number): BrowserState | undefined {
    const known = byRef.get(ref)
    if (known) return known
    const row = browserRow.get(ref) as BrowserRow | undefined // as selected
    return row && remember(readState(ref, row))
  }

  function known({ site, browserKey }: Delivery): BrowserState | undefined {
    const ref =
      refOfKey.get(cacheKey(site, browserKey)) ?? browserByKey.get(bytesOf(browserKey), site)
    return ref === undefined ? undefined : load(Number(ref))
  }

  const leadOfKey = db
    .prepare('SELECT lead FROM lead_key WHERE value = ? AND kind = ? AND site = ?')
    .pluck()
  const leadRow = db
    .prepare(
      `SELECT l.verified, l.traits, c.at, c.event,
         (SELECT count(*) FROM lead_key k WHERE k.lead = l.id AND k.kind = 'email')
       FROM lead l JOIN claim c ON c.lead = l.id AND c.void = 0 WHERE l.id = ?
       ORDER BY c.at DESC, c.event DESC LIMIT 1`,
    )
    .raw()

  const provenAs = db
    .prepare(
      `SELECT 1 FROM claim WHERE lead = ? AND strength = 'strong' AND void = 0
         AND user_id IS ? AND email IS ? LIMIT 1`,
    )
    .pluck()
  const idsOf = db.prepare('SELECT kind, value FROM lead_key WHERE lead = ? ORDER BY value').raw()
  const browserOfClaim = db.prepare('SELECT browser FROM claim WHERE id = ?').pluck()
  const browserOfVisitor = db.prepare('SELECT browser FROM visitor WHERE id = ?').pluck()

  function knownLead(site: number, { userId, email }: ClaimKeys): KnownLead | undefined {
    const refs = new Set<unknown>()
    if (userId !== null) refs.add(leadOfKey.get(userId, 'user', site))
    if (email !== null) refs.add(leadOfKey.get(email, 'email', site))
    const [ref, ...others] = refs
    const row = typeof ref === 'number' && others.length === 0 ? leadRow.get(ref) : undefined
    if (row === undefined) return undefined
    const [verified, traits, at, event, emailCount] = row as [
      Verification,
      string,
      number,
      Uint8Array,
      number,
    ]
    return {
      ref: Number(ref),
      emailCount,
      verification: verified,
      traits: JSON.parse(traits),
      lastClaim: { at, id: hexOf(event) },
      get isProven() {
        return provenAs.get(Number(ref), userId, email) !== undefined
      },
    }
  }

  const loader: Loader = {
    knownBrowser: (delivery) => known(delivery),
    openBrowser(delivery) {
      const loaded = known(delivery)
      if (loaded) return loaded
      const browser = newBrowser(delivery, loader.nextRef('browser'), loader.nextRef('visitor'))
      fresh.add(browser)
      return remember(browser)
    },
    browser(ref) {
      const browser = load(ref)
      if (!browser) throw new Error(`browser ${ref} is not in the store`)
      return browser
    },
    stored(scope, id): StoredPlace | undefined {
      const row = placeOf.get(probeOf(scope, id, seed), bytesOf(id), scope)
      if (row === undefined) return undefined
      const [session, n, browser] = row as [number, number, number]
      const [found] = atPlace(session, n)
      if (!found) return undefined
      const { at, human } = found.event
      return { browser, session, n, at, human, payload: payloadOf(found.event) }
    },
    eventsOfSession: (_, session) =>
      ofSession(session.ref, session.nextN).map(({ event }) => event),
    eventsOfBrowser: (browser) => ofBrowser(browser.ref),
    connectedClaims: (site, keys) => connected(site, keys, readClaims),
    claim(ref) {
      const owner = browserOfClaim.get(ref)
      const browser = typeof owner === 'number' ? load(owner) : undefined
      return browser?.claims.find((one) => one.ref === ref)
    },
    knownLead,
    visitor(ref) {
      const owner = browserOfVisitor.get(ref)
      const browser = typeof owner === 'number' ? load(owner) : undefined
      const visitor = browser?.visitors.find((one) => one.ref === ref)
      return browser && visitor && { browser, visitor }
    },
    idsOf(lead) {
      const keys = idsOf.all(lead) as [string, string][]
      const ofKind = (wanted: string) =>
        keys.filter(([kind]) => kind === wanted).map(([, value]) => value)
      return { userIds: ofKind('user'), emails: ofKind('email') }
    },
    nextRef(of) {
      next[of] += 1
      return next[of]
    },
    isNew: (browser) => fresh.has(browser),
    settled: () => fresh.clear(),
    forget() {
      byRef.clear()
      refOfKey.clear()
      fresh.clear()
      next = lastRefs(db)
    },
  }
  return loader
}

function cacheKey(site: number, browserKey: string): string {
  return `${site} ${browserKey}`
}

function newBrowser(delivery: Delivery, ref: number, visitorRef: number): BrowserState {
  const visitor: VisitorState = {
    ref: visitorRef,
    from: Number.NEGATIVE_INFINITY,
    lead: null,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: Number.NEGATIVE_INFINITY,
    touches: NO_TOUCHES,
  }
  return {
    ref,
    site: delivery.site,
    key: delivery.browserKey,
    external: delivery.external,
    isCookieless: delivery.isCookieless,
    visitors: [visitor],
    sessions: [],
    sessionByKey: new Map(),
    views: new Map(),
    claims: [],
    unlinks: [],
    lastView: 0,
    newestId: '',
  }
}

function lastRefs(db: Db): { browser: number; visitor: number; session: number; lead: number } {
  const value = (sql: string) => Number(db.prepare(sql).pluck().get() ?? 0)
  const last = (table: 'browser' | 'visitor' | 'session' | 'lead') =>
    Math.max(
      value(`SELECT max(id) FROM ${table}`),
      value(`SELECT value FROM counter WHERE site = 0 AND name = 'last_${table}'`),
    )
  return {
    browser: last('browser'),
    visitor: last('visitor'),
    session: last('session'),
    lead: last('lead'),
  }
}

type SessionRow = [
  number,
  Uint8Array | null,
  number,
  number,
  number,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number,
  number | null,
  number,
]

/** Of the browser's table. */
type BrowserRow = readonly [
  site: number,
  key: Uint8Array,
  cookieless: number,
  external: string | null,
]

/** Reads everything kept about one browser, except its events. */
export function stateReader(db: Db, texts: Texts) {
  const visitors = db
    .prepare(
      `SELECT id, from_at, lead, first_at, last_at, first_touch, last_touch, last_non_direct
       FROM visitor WHERE browser = ? ORDER BY from_at`,
    )
    .raw()
  const sessions = db
    .prepare(
      `SELECT id, key, base_at, start_at, end_ms, proven_ms, bot, device, landing_n, touch, next_n, skew_ms, server
       FROM session WHERE browser = ?`,
    )
    .raw()
  const views = db
    .prepare('SELECT n, key, session, url, start_at, engaged_ms, mixed FROM view WHERE browser = ?')
    .raw()
  const landing = db
    .prepare(
      `SELECT e.id, s.base_at + e.at_ms, e.url, e.referrer FROM session s
       JOIN event e ON e.session = s.id AND e.n = ? WHERE s.id = ?`,
    )
    .raw()
  const readClaims = claimReader(db)
  const readUnlinks = unlinkReader(db)

  function landingOf(session: number, n: number | null): Landing | null {
    if (n === null) return null
    const row = landing.get(n, session) as
      | [Uint8Array, number, number | null, number | null]
      | undefined
    if (!row) return null
    const [id, at, url, referrer] = row
    return { n, id: hexOf(id), at, url: texts.valueOf(url), referrer: texts.valueOf(referrer) }
  }
  function sessionOf(raw: unknown): SessionState {
    const row = raw as SessionRow // the columns above, in that order
    const [ref, key, baseAt, startAt, endMs, provenMs, bot, device, landingN, touch] = row
    const [nextN, skewMs, server] = [row[10], row[11], row[12]]
    return {
      ref,
      key: key && hexOf(key),
      isServer: server === 1,
      baseAt,
      startAt,
      endAt: startAt + endMs,
      provenAt: provenMs === null ? null : startAt + provenMs,
      bot: texts.valueOf(bot),
      device: texts.valueOf(device),
      skewMs,
      landing: landingOf(ref, landingN),
      touch: texts.touchOf(touch),
      nextN,
    }
  }
  function viewOf(raw: unknown): ViewState {
    const [n, key, session, url, startAt, engagedMs, mixed] = raw as [
      number,
      Uint8Array,
      number | null,
      number | null,
      number | null,
      number,
      number,
    ]
    return {
      n,
      key: hexOf(key),
      session,
      url: texts.valueOf(url),
      startAt: startAt ?? Number.POSITIVE_INFINITY,
      engagedMs,
      isMixed: mixed === 1,
    }
  }
  return (ref: number, [site, key, cookieless, external]: BrowserRow): BrowserState => {
    const own = sessions.all(ref).map(sessionOf)
    const viewRows = views.all(ref).map(viewOf)
    return {
      ref,
      site,
      key: hexOf(key),
      external,
      isCookieless: cookieless === 1,
      visitors: visitors.all(ref).map(visitorOf),
      sessions: own,
      sessionByKey: new Map(own.flatMap((s) => (s.key === null ? [] : [[s.key, s] as const]))),
      views: new Map(viewRows.map((view) => [view.key, view])),
      claims: readClaims('browser', ref).sort(byClaimTime),
      unlinks: readUnlinks(ref),
      lastView: Math.max(0, ...viewRows.map(({ n }) => n)),
      newestId: null,
    }
  }
}

function visitorOf(raw: unknown): VisitorState {
  const [ref, from, lead, firstAt, lastAt, first, last, lastNonDirect] = raw as [
    number,
    ...(number | null)[],
  ]
  return {
    ref,
    from: from ?? Number.NEGATIVE_INFINITY,
    lead: lead ?? null,
    firstAt: firstAt ?? Number.POSITIVE_INFINITY,
    lastAt: lastAt ?? Number.NEGATIVE_INFINITY,
    touches: { first: first ?? null, last: last ?? null, lastNonDirect: lastNonDirect ?? null },
  }
}
