import type { Expired, Pruned } from '../records.ts'
import type { Db } from './connect.ts'
import { dropEmptyBrowser, dropViews } from './erase.ts'

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

/** What is kept for days and not for months, and what has run out. */
export function dropExpired(
  db: Db,
  { keptSince, now }: { readonly keptSince: number; readonly now: number },
): Expired {
  const run = (sql: string, at: number) => db.prepare(sql).run(at).changes
  run('DELETE FROM sign_in WHERE expires_at < ?', now)
  run('DELETE FROM api_key WHERE expires_at < ?', keptSince)
  run('DELETE FROM backup WHERE expires_at < ?', now)
  // Claims that no session of their browser stands behind, and only a link that somebody followed.
  run(
    `DELETE FROM claim WHERE strength = 'weak' AND lead IS NULL AND at < ?
       AND browser NOT IN (SELECT browser FROM session)`,
    keptSince,
  )
  return {
    rejected: run('DELETE FROM rejected WHERE received_at < ?', keptSince),
    quarantined: run('DELETE FROM quarantine WHERE received_at < ?', keptSince),
  }
}

/**
 * Gives free pages back to the disk by writing the store anew, where a good part of it is free. Takes the
 * room of a second store while it runs; whether it was done.
 */
export function shrink(db: Db): boolean {
  const pages = Number(db.pragma('page_count', { simple: true }))
  const free = Number(db.pragma('freelist_count', { simple: true }))
  if (free * MIN_FREE_SHARE < pages) return false
  db.exec('VACUUM')
  db.pragma('wal_checkpoint(TRUNCATE)')
  return true
}

const MIN_FREE_SHARE = 4
