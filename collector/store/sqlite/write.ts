import { DAY_MS, dayOf } from '../../scoring/tables.ts'
import type { Stage } from '../shapes.ts'
import type {
  BrowserState,
  Changes,
  NewPlacedEvent,
  SessionState,
  StoredClaim,
  VisitorState,
} from '../store.ts'
import type { Db } from './connect.ts'
import type { Feed } from './feed.ts'
import { probeOf } from './probe.ts'
import { bytesOf } from './rows.ts'
import { createInheritance } from './standing.ts'
import type { Texts } from './texts.ts'

/** The number of a transaction, and when it is. */
interface Commit {
  readonly number: number
  readonly at: number
}

/** Writes what a group changed. Statements are prepared once; every row is written at most once a commit. */
export function createChangeWriter(
  db: Db,
  texts: Texts,
  { seed, feed }: { readonly seed: number; readonly feed: Feed },
) {
  const addBrowser = db.prepare(
    'INSERT INTO browser (id, site, key, cookieless, external) VALUES (?, ?, ?, ?, ?)',
  )
  const putVisitor = db.prepare(
    `INSERT INTO visitor (id, browser, from_at, lead, first_at, last_at, last_day, first_touch,
       last_touch, last_non_direct)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET lead = excluded.lead, first_at = excluded.first_at,
       last_at = excluded.last_at, last_day = excluded.last_day, first_touch = excluded.first_touch,
       last_touch = excluded.last_touch, last_non_direct = excluded.last_non_direct`,
  )
  const putSession = db.prepare(
    `INSERT INTO session (id, browser, key, base_at, start_at, end_ms, proven_ms, bot, device, landing_n, touch, next_n, skew_ms, server)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET start_at = excluded.start_at, end_ms = excluded.end_ms,
       proven_ms = excluded.proven_ms, bot = excluded.bot, device = excluded.device,
       landing_n = excluded.landing_n, touch = excluded.touch, next_n = excluded.next_n`,
  )
  const putView = db.prepare(
    `INSERT INTO view (browser, n, key, session, url, start_at, engaged_ms, mixed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (browser, n) DO UPDATE SET session = excluded.session, url = excluded.url,
       start_at = excluded.start_at, engaged_ms = excluded.engaged_ms, mixed = excluded.mixed`,
  )
  const addEvent = db.prepare(
    `INSERT INTO event (session, n, id, probe, type, at_ms, delay_ms, human, url, referrer, title,
       view, view_ms, engaged_ms, scroll, props, external, server)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const proveEvent = db.prepare('UPDATE event SET human = 1 WHERE session = ? AND n = ?')
  const moveEvent = db.prepare(
    'UPDATE event SET session = ?, n = ?, at_ms = ? WHERE session = ? AND n = ?',
  )
  const addToBucket = db.prepare(
    `INSERT INTO bucket (visitor, day, rule, count, engaged_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (visitor, day, rule) DO UPDATE SET count = count + excluded.count,
       engaged_ms = engaged_ms + excluded.engaged_ms, last_ms = max(last_ms, excluded.last_ms)`,
  )
  const dropBuckets = db.prepare('DELETE FROM bucket WHERE visitor = ?')
  const dropVisitor = db.prepare('DELETE FROM visitor WHERE id = ?')
  const dropSession = db.prepare('DELETE FROM session WHERE id = ?')
  const addClaim = db.prepare(
    `INSERT INTO claim (site, browser, event, at, user_id, email, strength, evidence, traits, lead,
       link, void, shared, conflict)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const moveClaim = db.prepare(
    'UPDATE claim SET lead = ?, void = ?, shared = ?, conflict = ? WHERE id = ?',
  )
  const addUnlink = db.prepare(
    'INSERT INTO unlink (browser, lead, from_at, to_at, at, ids, author) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const putLead = db.prepare(
    `INSERT INTO lead (id, site, email, user_id, verified, traits, changed) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET email = excluded.email, user_id = excluded.user_id,
       verified = excluded.verified, traits = excluded.traits, changed = excluded.changed`,
  )
  const dropLead = db.prepare('DELETE FROM lead WHERE id = ?')
  const inheritance = createInheritance(db)
  const dropKeys = db.prepare('DELETE FROM lead_key WHERE lead = ?')
  const putKey = db.prepare(
    `INSERT INTO lead_key (value, kind, site, lead) VALUES (?, ?, ?, ?)
     ON CONFLICT (value, kind, site) DO UPDATE SET lead = excluded.lead`,
  )
  const touchLead = db.prepare('UPDATE lead SET changed = ?, changed_at = ? WHERE id = ?')
  const stageOf = db.prepare('SELECT stage FROM lead WHERE id = ?').pluck()
  const putCounter = db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (?, ?, ?)
     ON CONFLICT (site, name) DO UPDATE SET value = max(value, excluded.value)`,
  )
  const addCounter = db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (?, ?, ?)
     ON CONFLICT (site, name) DO UPDATE SET value = value + excluded.value`,
  )

  /** One buffer for every id: SQLite copies what it is bound to. */
  const scratch = Buffer.alloc(16)
  const idBytes = (hex: string) => {
    scratch.write(hex, 'hex')
    return scratch
  }

  function writeEvent({ browser, session, n, receivedAt, event, human }: NewPlacedEvent) {
    const viewKey = event.view ?? (event.type === 'user_engagement' ? event.id : null)
    const view = viewKey === null ? null : (browser.views.get(viewKey)?.n ?? null)
    addEvent.run(
      session.ref,
      n,
      idBytes(event.id),
      probeOf(browser.isCookieless ? -browser.site : browser.ref, event.id, seed),
      texts.refOf(event.type),
      event.at - session.baseAt,
      receivedAt - event.at,
      human ? 1 : 0,
      texts.refOf(event.url),
      texts.refOf(event.referrer),
      texts.refOf(event.title),
      view,
      event.viewAt === null ? null : event.at - event.viewAt,
      event.engagedMs,
      event.scroll,
      event.props === null ? null : JSON.stringify(event.props),
      event.external,
      event.isServer ? 1 : 0,
    )
  }
  function writeVisitor(visitor: VisitorState, browser: BrowserState): void {
    putVisitor.run(
      visitor.ref,
      browser.ref,
      finite(visitor.from),
      visitor.lead,
      finite(visitor.firstAt),
      finite(visitor.lastAt),
      Number.isFinite(visitor.lastAt) ? dayOf(visitor.lastAt) : null,
      visitor.touches.first,
      visitor.touches.last,
      visitor.touches.lastNonDirect,
    )
  }
  function writeSession(session: SessionState, browser: BrowserState): void {
    putSession.run(
      session.ref,
      browser.ref,
      session.key === null ? null : bytesOf(session.key),
      session.baseAt,
      session.startAt,
      session.endAt - session.startAt,
      session.provenAt === null ? null : session.provenAt - session.startAt,
      texts.refOf(session.bot),
      texts.refOf(session.device),
      session.landing?.n ?? null,
      texts.touchRefOf(session.touch),
      session.nextN,
      session.skewMs,
      session.isServer ? 1 : 0,
    )
  }
  function writeBuckets(changes: Changes): void {
    for (const visitor of changes.removedVisitors) {
      dropBuckets.run(visitor.ref)
      dropVisitor.run(visitor.ref)
    }
    for (const [visitor, buckets] of changes.bucketsReplaced) {
      dropBuckets.run(visitor.ref)
      for (const b of buckets.values()) addBucket(visitor.ref, b)
    }
    for (const [visitor, deltas] of changes.bucketDeltas) {
      for (const delta of deltas.values()) addBucket(visitor.ref, delta)
    }
  }
  function addBucket(
    visitor: number,
    b: { day: number; rule: number; count: number; engagedMs: number; lastAt: number },
  ) {
    addToBucket.run(visitor, b.day, b.rule, b.count, b.engagedMs, b.lastAt - b.day * DAY_MS)
  }
  function writeClaim(claim: StoredClaim): void {
    const { lead, conflict, isVoid, isShared } = claim
    if (claim.ref !== null) {
      moveClaim.run(lead, isVoid ? 1 : 0, isShared ? 1 : 0, conflict, claim.ref)
      return
    }
    const { site, browser, id, at, userId, email, strength, evidence, traits, link } = claim
    const { lastInsertRowid } = addClaim.run(
      site,
      browser,
      bytesOf(id),
      at,
      userId,
      email,
      strength,
      evidence,
      JSON.stringify(traits),
      lead,
      link,
      isVoid ? 1 : 0,
      isShared ? 1 : 0,
      conflict,
    )
    claim.ref = Number(lastInsertRowid)
  }
  /** Returns the stages of before, of leads that have another's decisions now or have lost some. */
  function writeInheritance(moved: readonly StoredClaim[], { removedLeads }: Changes) {
    const parted = new Set<number>()
    const before = new Map<number, Stage>()
    const note = (ref: number) => {
      // As the table has it; one that is no more has none.
      const stage = stageOf.get(ref) as Stage | undefined
      if (stage !== undefined && !before.has(ref)) before.set(ref, stage)
    }
    for (const { ref, lead, isVoid } of moved) {
      // An undone claim takes nothing with it: what was said was said of who is still there.
      if (ref === null || lead === null || isVoid) continue
      const from = inheritance.follow(ref, lead)
      if (from === null || removedLeads.has(from)) continue
      parted.add(from).add(lead)
    }
    for (const ref of parted) {
      note(ref)
      inheritance.recall(ref)
    }
    for (const [gone, heir] of removedLeads) {
      note(heir)
      inheritance.merge(gone, heir)
      dropLead.run(gone)
    }
    return before
  }
  function writeLeads(changes: Changes, moved: readonly StoredClaim[], commit: Commit): void {
    for (const ref of [...changes.removedLeads.keys(), ...changes.leads.keys()]) dropKeys.run(ref)
    for (const lead of changes.leads.values()) {
      const traits = JSON.stringify(lead.traits)
      putLead.run(
        lead.ref,
        lead.site,
        lead.email,
        lead.userId,
        lead.verification,
        traits,
        commit.number,
      )
      for (const value of lead.emails) putKey.run(value, 'email', lead.site, lead.ref)
      if (lead.userId !== null) putKey.run(lead.userId, 'user', lead.site, lead.ref)
    }
    const before = writeInheritance(moved, changes)
    feed.written(changes, before, commit.at)
    // A lead's number is never used again, also when the newest lead is gone.
    if (changes.leads.size > 0) putCounter.run(0, 'last_lead', Math.max(...changes.leads.keys()))
    for (const ref of changes.changedLeads) touchLead.run(commit.number, commit.at, ref)
  }

  return function writeChanges(
    changes: Changes,
    isNew: (browser: BrowserState) => boolean,
    commit: Commit,
  ): void {
    const added = new Set<BrowserState>()
    for (const { browser } of changes.events) {
      if (!isNew(browser) || added.has(browser)) continue
      added.add(browser)
      const { ref, site, key, isCookieless, external } = browser
      addBrowser.run(ref, site, bytesOf(key), isCookieless ? 1 : 0, external)
    }
    for (const placed of changes.events) writeEvent(placed)
    for (const { session, n } of changes.proofs) proveEvent.run(session, n)
    for (const { from, session, n } of changes.moves) {
      moveEvent.run(session.ref, n, from.event.at - session.baseAt, from.session, from.n)
    }
    for (const [session, browser] of changes.sessions) writeSession(session, browser)
    for (const session of changes.removedSessions) dropSession.run(session.ref)
    for (const [view, browser] of changes.views) {
      const { n, key, session, url, startAt, engagedMs, isMixed } = view
      const urlRef = texts.refOf(url)
      putView.run(
        browser.ref,
        n,
        bytesOf(key),
        session,
        urlRef,
        finite(startAt),
        engagedMs,
        isMixed ? 1 : 0,
      )
    }
    for (const [visitor, browser] of changes.visitors) writeVisitor(visitor, browser)
    writeBuckets(changes)
    const moved = [...changes.claims].filter((claim) => claim.ref !== null)
    for (const claim of changes.claims) writeClaim(claim)
    for (const unlink of changes.unlinks) {
      const { browser, lead, from, to, at, userIds, emails, by } = unlink
      const ids = JSON.stringify({ userIds, emails })
      addUnlink.run(browser, lead, finite(from), finite(to), at, ids, by)
    }
    writeLeads(changes, moved, commit)
    if (changes.conflictingIds > 0) addCounter.run(0, 'id_conflict', changes.conflictingIds)
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
