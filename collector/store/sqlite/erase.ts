import type { TombKind } from '../../ingest/tombs.ts'
import type { Erased } from '../records.ts'
import type { Db } from './connect.ts'
import { dropLinksOf } from './email-links.ts'
import { beginUnusedTexts, dropErasedTexts } from './erased-texts.ts'
import { createMentions } from './mentions.ts'
import { hexOf } from './rows.ts'
import { createBurial } from './tombstones.ts'
import { dropViewsNaming } from './views.ts'

/**
 * Takes everything of one person out of the tables: what they did in the browsers that were theirs, who they
 * said they are, what was said and decided about them. What others did in the same browsers stays, and so do
 * the boundaries: a claim becomes an empty one that only says "from here on it was somebody else".
 *
 * Works inside a transaction; the browsers it names have to be derived anew in the same one. Deleted rows
 * are overwritten (`secure_delete`); the write-ahead log shows them until it is emptied.
 */
export function createEraser(db: Db) {
  const idsOf = db.prepare('SELECT kind, value FROM lead_key WHERE lead = ?').raw()
  const siteOf = db.prepare('SELECT site FROM lead WHERE id = ?').pluck()
  const holds = db
    .prepare(
      `SELECT v.browser, b.key, b.cookieless, v.from_at,
         (SELECT min(n.from_at) FROM visitor n WHERE n.browser = v.browser
            AND n.from_at > coalesce(v.from_at, -9e15)) AS to_at
       FROM visitor v JOIN browser b ON b.id = v.browser WHERE v.lead = ?`,
    )
    .raw()
  // Readers that keep all leads in memory read them anew: nothing else may have changed.
  const bumpEpoch = db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (0, 'counts_epoch', 1)
     ON CONFLICT DO UPDATE SET value = value + 1`,
  )
  const claimed = db.prepare('SELECT DISTINCT browser FROM claim WHERE lead = ?').pluck()

  return function erase(lead: number, erasedAt: number): Erased | null {
    const site = siteOf.get(lead)
    if (typeof site !== 'number') return null
    noteLastNumbers(db)
    const ids = idsOf.all(lead) as [TombKind, string][] // kinds of keys are kinds of tombstones
    const own = holds.all(lead) as Hold[]
    const bury = createBurial(db, site, erasedAt)
    for (const [kind, value] of ids) bury(kind, value, null, null)

    beginUnusedTexts(db)
    let events = 0
    for (const [browser, key, cookieless, from, to] of own) {
      bury('browser', hexOf(key), from, to)
      for (const id of eventIds(db, { browser, cookieless, from, to }))
        bury('event', id, null, null)
      events += dropEvents(db, browser, from, to)
    }
    const touched = new Set([...own.map(([browser]) => browser), ...claimed.all(lead).map(Number)])
    emptyClaims(db, lead)
    const connected = scrubOthers(db, site, ids)
    for (const table of ['outcome', 'adjustment', 'decision'] as const) dropSaid(db, table, lead)
    // One that names others, too, still says whose the stretch was not.
    db.prepare(
      `DELETE FROM unlink WHERE lead = ? AND
         json_array_length(ids, '$.userIds') + json_array_length(ids, '$.emails') = 0`,
    ).run(lead)
    db.prepare('DELETE FROM lead_key WHERE lead = ?').run(lead)
    db.prepare('DELETE FROM lead WHERE id = ?').run(lead)
    const browsers = [...touched].filter((browser) => !dropEmptyBrowser(db, browser))
    for (const browser of browsers) dropViews(db, browser)
    forgetNames(db, browsers, ids)
    dropErasedTexts(db)
    bumpEpoch.run()
    return { site, events, visitors: own.length, browsers, connected }
  }
}

interface Stretch {
  readonly browser: number
  /** 1 or 0. */
  readonly cookieless: number
  readonly from: number | null
  readonly to: number | null
}

/** The columns of `holds`. */
type Hold = [
  browser: number,
  key: Uint8Array,
  cookieless: number,
  from: number | null,
  to: number | null,
]

/**
 * Of events that would come otherwise when they are sent again: under another day's or network's pseudonym, or
 * as of another time, where a server told none and that of its receipt stands.
 */
function eventIds(db: Db, { browser, cookieless, from, to }: Stretch): string[] {
  return db
    .prepare(
      `SELECT e.id FROM session s JOIN event e ON e.session = s.id
       WHERE s.browser = @browser AND s.base_at + e.at_ms >= @from AND s.base_at + e.at_ms < @to
         AND (@cookieless = 1 OR (e.server = 1 AND e.delay_ms = 0))`,
    )
    .pluck()
    .all({
      browser,
      cookieless,
      from: from ?? Number.MIN_SAFE_INTEGER,
      to: to ?? Number.MAX_SAFE_INTEGER,
    })
    .map((id) => hexOf(id as Uint8Array)) // as the column is
}

/** Events of a browser from an instant to before another; remembers which texts they used. */
export function dropEvents(
  db: Db,
  browser: number,
  from: number | null,
  to: number | null,
): number {
  const within = `session IN (SELECT id FROM session WHERE browser = @browser)
    AND (SELECT base_at FROM session s WHERE s.id = event.session) + at_ms >= @from
    AND (SELECT base_at FROM session s WHERE s.id = event.session) + at_ms < @to`
  const bound = {
    browser,
    from: from ?? Number.MIN_SAFE_INTEGER,
    to: to ?? Number.MAX_SAFE_INTEGER,
  }
  for (const column of ['url', 'referrer', 'title', 'type'] as const) {
    db.prepare(
      `INSERT OR IGNORE INTO erased_text SELECT ${column} FROM event
       WHERE ${column} IS NOT NULL AND ${within}`,
    ).run(bound)
  }
  rememberOfSessions(db, browser)
  return db.prepare(`DELETE FROM event WHERE ${within}`).run(bound).changes
}

function rememberOfSessions(db: Db, browser: number): void {
  for (const column of ['bot', 'device'] as const) {
    db.prepare(
      `INSERT OR IGNORE INTO erased_text SELECT ${column} FROM session
       WHERE browser = ? AND ${column} IS NOT NULL`,
    ).run(browser)
  }
  db.prepare(
    'INSERT OR IGNORE INTO erased_text SELECT url FROM view WHERE browser = ? AND url IS NOT NULL',
  ).run(browser)
  db.prepare(
    `INSERT OR IGNORE INTO erased_touch SELECT touch FROM session
     WHERE browser = ? AND touch IS NOT NULL`,
  ).run(browser)
}

/** Claims without ids draw their boundary and bind nothing; see `holdsOf`. */
function emptyClaims(db: Db, lead: number): void {
  db.prepare(
    `UPDATE claim SET user_id = NULL, email = NULL, traits = '{}', evidence = 'erased', lead = NULL,
       link = NULL, void = 1, shared = 0, conflict = NULL, event = randomblob(16) WHERE lead = ?`,
  ).run(lead)
}

/** A server may have called a browser by its user; what others did there stays, under no name. */
function forgetNames(
  db: Db,
  browsers: readonly number[],
  ids: readonly (readonly [TombKind, string])[],
): void {
  const forget = db.prepare(
    'UPDATE browser SET external = NULL WHERE id = ? AND instr(external, ?) > 0',
  )
  for (const browser of browsers) for (const [, value] of ids) forget.run(browser, value)
}

/** Takes the person's ids out of what is other people's; returns the claims that were connected by them. */
function scrubOthers(
  db: Db,
  site: number,
  ids: readonly (readonly [TombKind, string])[],
): number[] {
  const connected: number[] = []
  for (const [kind, value] of ids) {
    const column = kind === 'email' ? 'email' : 'user_id'
    const rows = db
      .prepare(`UPDATE claim SET ${column} = NULL WHERE ${column} = ? AND site = ? RETURNING id`)
      .pluck()
      .all(value, site)
    connected.push(...rows.map(Number))
  }
  const { refused, waiting } = createMentions(db)
  const dropRefused = db.prepare('DELETE FROM rejected WHERE id = ?')
  for (const [ref] of refused(site, ids)) dropRefused.run(ref)
  const dropWaiting = db.prepare('DELETE FROM quarantine WHERE id = ?')
  for (const [ref] of waiting(site, ids)) dropWaiting.run(ref)
  dropViewsNaming(db, ids)
  dropLinksOf(db, site, ids)
  const known = new Set(ids.map(([, value]) => value))
  const update = db.prepare('UPDATE unlink SET ids = ? WHERE id = ?')
  const unlinks = db
    .prepare('SELECT u.id, u.ids FROM unlink u JOIN browser b ON b.id = u.browser WHERE b.site = ?')
    .raw()
    .all(site) as [number, string][] // as selected
  for (const [id, text] of unlinks) {
    const { userIds, emails } = JSON.parse(text) as { userIds: string[]; emails: string[] } // as written
    const isOther = (value: string) => !known.has(value)
    const rest = JSON.stringify({
      userIds: userIds.filter(isOther),
      emails: emails.filter(isOther),
    })
    if (rest !== text) update.run(rest, id)
  }
  // A claim that named nobody else names nobody any more.
  db.prepare(
    `UPDATE claim SET void = 1, traits = '{}', evidence = 'erased', lead = NULL, conflict = NULL
     WHERE user_id IS NULL AND email IS NULL AND void = 0 AND site = ?`,
  ).run(site)
  return connected
}

function dropSaid(db: Db, table: 'outcome' | 'adjustment' | 'decision', lead: number): void {
  db.prepare(`DELETE FROM ${table} WHERE lead = ?`).run(lead)
}

/** A browser without events and without anybody else's claim is forgotten, its id and all; whether it was. */
export function dropEmptyBrowser(db: Db, browser: number): boolean {
  const isUsed = db
    .prepare(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM session s JOIN event e ON e.session = s.id WHERE s.browser = @browser)
         OR EXISTS (SELECT 1 FROM claim WHERE browser = @browser AND (user_id IS NOT NULL OR email IS NOT NULL))`,
    )
    .get({ browser })
  if (isUsed !== undefined) return false
  db.prepare('DELETE FROM bucket WHERE visitor IN (SELECT id FROM visitor WHERE browser = ?)').run(
    browser,
  )
  for (const table of ['visitor', 'session', 'view', 'claim', 'unlink'] as const) {
    db.prepare(`DELETE FROM ${table} WHERE browser = ?`).run(browser)
  }
  db.prepare('DELETE FROM quarantine WHERE browser = (SELECT key FROM browser WHERE id = ?)').run(
    browser,
  )
  db.prepare('DELETE FROM browser WHERE id = ?').run(browser)
  return true
}

/** Views that no event of the browser is of any more. */
export function dropViews(db: Db, browser: number): void {
  db.prepare(
    `DELETE FROM view WHERE browser = @browser AND n NOT IN (
       SELECT e.view FROM session s JOIN event e ON e.session = s.id
       WHERE s.browser = @browser AND e.view IS NOT NULL)`,
  ).run({ browser })
}

/** Numbers of browsers, visitors and sessions are used once, also when the newest of them is deleted. */
export function noteLastNumbers(db: Db): void {
  for (const table of ['browser', 'visitor', 'session'] as const) {
    db.prepare(
      `INSERT INTO counter (site, name, value) SELECT 0, 'last_${table}', max(id) FROM ${table} HAVING max(id) > 0
       ON CONFLICT DO UPDATE SET value = max(value, excluded.value)`,
    ).run()
  }
}
