import { touchSessionsOf } from '../../attribution/touches.ts'
import {
  emailOf,
  holdAt,
  holdsOf,
  isUndone,
  namesSomebody,
  resolveClaims,
  sharedLinks,
} from '../../identity/claims.ts'
import { bucketsOf, contributionsOf, sessionsOf, type TouchReader } from '../../scoring/derive.ts'
import { ACTIVITY_REF, type CompiledModel } from '../../scoring/match.ts'
import { type Bucket, bucketKey } from '../../scoring/score.ts'
import { DAY_MS } from '../../scoring/tables.ts'
import type { BrowserState, StoredClaim, VisitorState } from '../store.ts'
import { claimReader } from './claim-rows.ts'
import type { Db } from './connect.ts'
import { stateReader } from './load.ts'
import { bucketOf, eventReader } from './rows.ts'
import type { Texts } from './texts.ts'

/**
 * Replays every stored event and compares with what is kept: `pique verify`. Works on one
 * snapshot, a browser at a time, so memory stays small and a running collector is not disturbed.
 */

export interface Difference {
  /** Who it is about: a lead's id, else a visitor's. */
  readonly who: string
  readonly what: string
  readonly stored: string
  readonly replayed: string
}

export interface VerifyReport {
  readonly events: number
  readonly visitors: number
  readonly leads: number
  readonly buckets: number
  readonly differences: readonly Difference[]
}

export interface VerifyTools {
  readonly db: Db
  readonly texts: Texts
  readonly model: CompiledModel
  readonly touchOf: TouchReader
}

export function verifyStore(
  tools: VerifyTools,
  onProgress?: (events: number) => void,
): VerifyReport {
  return tools.db.transaction(() => verifySnapshot(tools, onProgress))()
}

function verifySnapshot(tools: VerifyTools, onProgress?: (events: number) => void): VerifyReport {
  const { db, texts } = tools
  const differences: Difference[] = []
  const note: Note = (who, what, stored, replayed) => {
    const [was, is] = [JSON.stringify(stored), JSON.stringify(replayed)]
    if (was !== is) differences.push({ who, what, stored: was, replayed: is })
  }
  const leadCount = verifyClaims(db, note)
  const eventsOf = eventReader(db, texts, 'WHERE s.browser = ?')
  const readState = stateReader(db, texts)
  const bucketsStored = db
    .prepare('SELECT day, rule, count, engaged_ms, last_ms FROM bucket WHERE visitor = ?')
    .raw()
  const rows = db
    .prepare('SELECT id, site, key, cookieless, external FROM browser WHERE id > ? LIMIT 500')
    .raw()
  const ruleOf = createRuleOf(db, tools.model)
  const seen = { events: 0, visitors: 0, buckets: 0 }
  let last = 0
  for (;;) {
    const page = rows.all(last) as [number, number, Uint8Array, number, string | null][]
    if (page.length === 0) break
    for (const [ref, ...row] of page) {
      last = ref
      const browser = readState(ref, row)
      const events = eventsOf(ref).map(({ event }) => event)
      const sessions = sessionsOf(events)
      noteSessions(browser, sessions, tools.touchOf, note)
      noteHolds(browser, note)
      noteTouches(browser, note)
      noteSeen(browser, events, note)
      const parts = contributionsOf(sessions, tools.model.match, tools.touchOf)
      const replayed = bucketsOf(parts, (at) => holdAt(browser.visitors, at))
      browser.visitors.forEach((visitor, index) => {
        const stored = bucketsStored.all(visitor.ref).map(bucketOf)
        const expected = replayed.get(index) ?? new Map<number, Bucket>()
        noteBuckets(visitor, stored, expected, ruleOf, note)
        seen.buckets += expected.size
      })
      seen.events += events.length
      seen.visitors += browser.visitors.length
    }
    onProgress?.(seen.events)
  }
  noteOrphans(db, note)
  return { ...seen, leads: leadCount, differences }
}

type Note = (who: string, what: string, stored: unknown, replayed: unknown) => void

function noteSessions(
  browser: BrowserState,
  derived: ReturnType<typeof sessionsOf>,
  touchOf: TouchReader,
  note: Note,
): void {
  const stored = [...browser.sessions].sort((a, b) => a.startAt - b.startAt || a.ref - b.ref)
  const shape = (s: {
    key: string | null
    isServer: boolean
    startAt: number
    endAt: number
    provenAt: number | null
    landing: { id: string } | null
  }) => [s.key, s.isServer, s.startAt, s.endAt, s.provenAt, s.landing?.id ?? null]
  const who = whoOf(browser.visitors[0])
  const sorted = (list: unknown[][]) => list.map((one) => JSON.stringify(one)).sort()
  note(who, 'sessions', sorted(stored.map(shape)), sorted(derived.map(shape)))
  const touchesStored = stored.map((s) => [s.key, s.startAt, s.touch])
  const touchesDerived = derived.map(({ key, startAt, landing }) => [
    key,
    startAt,
    landing && touchOf(landing.url, landing.referrer),
  ])
  note(who, 'touches', sorted(touchesStored), sorted(touchesDerived))
}

/** The visitors of a browser follow from its claims, whose leads `verifyClaims` has checked. */
function noteHolds(browser: BrowserState, note: Note): void {
  const { claims, unlinks } = browser
  note(
    whoOf(browser.visitors[0]),
    'undone claims',
    claims.map(({ isVoid }) => isVoid),
    claims.map((claim) => !namesSomebody(claim) || isUndone(claim, unlinks)),
  )
  const expected = holdsOf(
    browser.claims.filter(({ isShared }) => !isShared),
    unlinks,
  )
  note(
    whoOf(browser.visitors[0]),
    'visitors',
    browser.visitors.map(({ from, lead }) => [String(from), lead]),
    expected.map(({ from, lead }) => [String(from), lead]),
  )
}

function noteSeen(
  browser: BrowserState,
  events: readonly { readonly at: number }[],
  note: Note,
): void {
  const first = browser.visitors.map(() => Number.POSITIVE_INFINITY)
  const last = browser.visitors.map(() => Number.NEGATIVE_INFINITY)
  for (const { at } of events) {
    const index = holdAt(browser.visitors, at)
    first[index] = Math.min(first[index] ?? at, at)
    last[index] = Math.max(last[index] ?? at, at)
  }
  browser.visitors.forEach((visitor, index) => {
    if (visitor.firstAt === first[index] && visitor.lastAt === last[index]) return
    const stored = [String(visitor.firstAt), String(visitor.lastAt)]
    note(whoOf(visitor), 'first and last seen', stored, [String(first[index]), String(last[index])])
  })
}

function noteTouches(browser: BrowserState, note: Note): void {
  browser.visitors.forEach((visitor, i) => {
    const to = browser.visitors[i + 1]?.from ?? Number.POSITIVE_INFINITY
    const expected = touchSessionsOf(browser.sessions, { from: visitor.from, to })
    note(whoOf(visitor), 'first and last touch', visitor.touches, expected)
  })
}

function noteBuckets(
  visitor: VisitorState,
  stored: readonly Bucket[],
  expected: ReadonlyMap<number, Bucket>,
  ruleOf: RuleOf,
  note: Note,
): void {
  const storedByKey = new Map(stored.map((bucket) => [bucketKey(bucket), bucket]))
  for (const key of new Set([...storedByKey.keys(), ...expected.keys()])) {
    const [was, is] = [storedByKey.get(key), expected.get(key)]
    const one = was ?? is
    const rule = one && ruleOf(one.rule)
    if (!one || !rule) continue // counted for a model that no longer scores, or does not yet
    const day = new Date(one.day * DAY_MS).toISOString().slice(0, 10)
    note(whoOf(visitor), `${rule} on ${day}`, countsOf(was), countsOf(is))
  }
}

/** How a rule's counts are called; null for one whose counts mean nothing now. */
type RuleOf = (ref: number) => string | null

function createRuleOf(db: Db, model: CompiledModel): RuleOf {
  const activity = db.prepare('SELECT counted FROM rule WHERE id = ?').pluck()
  const hasActivity = activity.get(ACTIVITY_REF) === 1
  return (ref) => {
    if (ref === ACTIVITY_REF) return hasActivity ? 'active day' : null
    const rule = model.byRef.get(ref)
    return rule ? `rule ${rule.spec.id}` : null
  }
}

function countsOf(bucket: Bucket | undefined) {
  return bucket
    ? { count: bucket.count, engaged_ms: bucket.engagedMs, last_at: bucket.lastAt }
    : 'nothing'
}

/** Every lead is what its claims say; returns how many there are. */
function verifyClaims(db: Db, note: Note): number {
  const read = claimReader(db)
  const keysOf = db
    .prepare('SELECT kind, value FROM lead_key WHERE lead = ? ORDER BY kind, value')
    .raw()
  const leadRow = db.prepare('SELECT email, user_id, verified, traits FROM lead WHERE id = ?').raw()
  const sites = db.prepare('SELECT DISTINCT site FROM claim').pluck().all().map(Number)
  let leads = 0
  for (const site of sites) {
    const claims: StoredClaim[] = read('site', site)
    const { leads: resolved, conflicts } = resolveClaims(claims)
    noteMarks(claims, new Map(conflicts.map((c) => [c.claim, c.other.claims[0]?.lead])), note)
    for (const lead of resolved) {
      leads += 1
      const ref = lead.claims[0]?.lead ?? null
      const who = `ld_${ref}`
      note(who, 'leads of its claims', [...new Set(lead.claims.map((c) => c.lead))], [ref])
      const keys = [
        ...[...lead.emails].sort().map((email) => ['email', email]),
        ...(lead.userId === null ? [] : [['user', lead.userId]]),
      ]
      // Ids and traits are compared, not printed: a difference shows that there is one.
      const face = [emailOf(lead), lead.userId, lead.verification, lead.traits]
      const row = leadRow.get(ref ?? 0) as [unknown, unknown, unknown, string] | undefined
      const stored = keysOf.all(ref ?? 0)
      const storedFace = row && [row[0], row[1], row[2], JSON.parse(row[3])]
      if (JSON.stringify(storedFace) !== JSON.stringify(face)) {
        note(who, 'e-mail, id and traits', 'something', 'something else')
      }
      if (JSON.stringify(stored) !== JSON.stringify(keys))
        note(who, 'ids', stored.length, `${keys.length}, other ones`)
    }
  }
  return leads
}

/** Claims that name two people, and those by links that were passed on, are marked as such. */
function noteMarks(
  claims: readonly StoredClaim[],
  others: ReadonlyMap<StoredClaim, number | null | undefined>,
  note: Note,
): void {
  const shared = sharedLinks(claims)
  for (const claim of claims) {
    const marks = [others.get(claim) ?? null, claim.link !== null && shared.has(claim.link)]
    note(`ld_${claim.lead}`, 'marks of a claim', [claim.conflict, claim.isShared], marks)
  }
}

/** Rows that nothing points to, which a replay by browser would never meet. */
function noteOrphans(db: Db, note: Note): void {
  const count = (sql: string) => db.prepare(sql).pluck().get()
  for (const [what, sql] of ORPHANS) note('nobody', what, count(sql), 0)
}

const ORPHANS = [
  [
    'counts of visitors that do not exist',
    'SELECT count(*) FROM bucket WHERE visitor NOT IN (SELECT id FROM visitor)',
  ],
  [
    'events of sessions that do not exist',
    'SELECT count(*) FROM event WHERE session NOT IN (SELECT id FROM session)',
  ],
  [
    'sessions of browsers that do not exist',
    'SELECT count(*) FROM session WHERE browser NOT IN (SELECT id FROM browser)',
  ],
  [
    'leads without a claim',
    'SELECT count(*) FROM lead WHERE id NOT IN (SELECT lead FROM claim WHERE lead IS NOT NULL)',
  ],
] as const

function whoOf(visitor: VisitorState | undefined): string {
  if (!visitor) return 'nobody'
  return visitor.lead === null ? `vi_${visitor.ref}` : `ld_${visitor.lead}`
}
