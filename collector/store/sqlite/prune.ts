import type { Expired, Pruned } from '../records.ts'
import type { WriteStore } from '../store.ts'
import { codeOf } from '../trouble.ts'
import { dropOldAudit } from './audit.ts'
import type { Db } from './connect.ts'
import { dropEmptyBrowser, dropViews, noteLastNumbers } from './erase.ts'
import { dropOldChanges } from './feed.ts'
import { dropOldMessages } from './webhooks.ts'

/**
 * Retention: whole sessions that ended before the cut-off go, with their events and counts; browsers that
 * nothing is left of go whole. A lead stays: who it is was told by somebody, and is the customer's record. In
 * pieces, so that nobody waits for it.
 */

const SESSIONS_A_PIECE = 200

export function createPruner(db: Db) {
  const old = db
    .prepare(
      'SELECT id, browser FROM session WHERE start_at < @before AND start_at + end_ms < @before LIMIT @most',
    )
    .raw()
  const dropEvents = db.prepare('DELETE FROM event WHERE session = ?')
  const dropSession = db.prepare('DELETE FROM session WHERE id = ?')
  return function prune(endedBefore: number): Pruned {
    const sessions = old.all({ before: endedBefore, most: SESSIONS_A_PIECE }) as [number, number][] // as selected
    let events = 0
    if (sessions.length > 0) noteLastNumbers(db)
    for (const [session] of sessions) {
      events += dropEvents.run(session).changes
      dropSession.run(session)
    }
    const touched = [...new Set(sessions.map(([, browser]) => browser))]
    const browsers = touched.filter((browser) => !dropEmptyBrowser(db, browser))
    for (const browser of browsers) dropViews(db, browser)
    return {
      events,
      sessions: sessions.length,
      anonymous: touched.length - browsers.length,
      browsers,
      hasMore: sessions.length === SESSIONS_A_PIECE,
    }
  }
}

/** What is kept for days and not for months, and what has run out; a piece of it. */
export function dropExpired(
  db: Db,
  { keptSince, now, auditSince }: Parameters<WriteStore['dropExpired']>[0],
): Expired {
  const run = (sql: string, at: number) => db.prepare(sql).run(at).changes
  run('DELETE FROM sign_in WHERE expires_at < ?', now)
  run('DELETE FROM answer WHERE until <= ?', now)
  run('DELETE FROM api_key WHERE expires_at < ?', keptSince)
  run('DELETE FROM backup WHERE expires_at < ?', now)
  run('DELETE FROM email_link WHERE expires_at < ?', keptSince)
  dropOldMessages(db, keptSince)
  dropOldChanges(db, auditSince)
  return {
    rejected: run(
      `DELETE FROM rejected WHERE id IN
         (SELECT id FROM rejected WHERE received_at < ? LIMIT 10000)`,
      keptSince,
    ),
    quarantined: run(
      `DELETE FROM quarantine WHERE id IN
         (SELECT id FROM quarantine WHERE received_at < ? LIMIT 10000)`,
      keptSince,
    ),
    audit: dropOldAudit(db, auditSince),
  }
}

/**
 * Addresses, titles and touches that no event is of any more. Looks at every event, so it is for whoever is
 * alone; the last number stays taken, see erase.ts.
 */
export function dropUnusedTexts(db: Db): number {
  const text = db
    .prepare(
      `DELETE FROM text WHERE id < (SELECT max(id) FROM text) AND id NOT IN (
         SELECT url FROM event WHERE url IS NOT NULL UNION SELECT referrer FROM event WHERE referrer IS NOT NULL
         UNION SELECT title FROM event WHERE title IS NOT NULL UNION SELECT type FROM event
         UNION SELECT bot FROM session WHERE bot IS NOT NULL UNION SELECT device FROM session WHERE device IS NOT NULL
         UNION SELECT url FROM view WHERE url IS NOT NULL)`,
    )
    .run().changes
  db.exec(
    `DELETE FROM touch WHERE id < (SELECT max(id) FROM touch)
       AND id NOT IN (SELECT touch FROM session WHERE touch IS NOT NULL)`,
  )
  return text
}

/** Gives free room back to the disk where a good part of a small store is free; whether it was done. */
export function shrink(db: Db): boolean {
  const pages = Number(db.pragma('page_count', { simple: true }))
  const free = Number(db.pragma('freelist_count', { simple: true }))
  return free * MIN_FREE_SHARE >= pages && rewrite(db, false)
}

const MIN_FREE_SHARE = 4
/** Some two seconds of work, for which deliveries wait. */
const REWRITTEN_BYTES = 128 * 1024 * 1024

/**
 * Writes the store anew: a small one, or one of any size. Where SQLite moves rows between pages it leaves
 * copies in the room between them, which `secure_delete` does not reach: measured, one in a thousand deleted
 * values could still be read out of the file. A new file has copies only of what is there. Takes the room of
 * a second store while it runs; whether it was done.
 */
export function rewrite(db: Db, anySize: boolean): boolean {
  const bytes =
    Number(db.pragma('page_count', { simple: true })) *
    Number(db.pragma('page_size', { simple: true }))
  if (!anySize && bytes > REWRITTEN_BYTES) return false
  try {
    db.exec('VACUUM')
    return true
  } catch (error) {
    // No room for a second store, or somebody beside is writing; what is deleted is deleted all the same.
    if (/^SQLITE_(FULL|BUSY)/.test(codeOf(error))) return false
    throw error
  }
}
