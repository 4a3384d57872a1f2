import type { ExportTotalAsk } from '../../exported.ts'
import { refOf } from '../../ids.ts'
import type { ReadTools } from './tools.ts'

/** About how many rows an export has: events are counted by their sessions, which are far fewer. */
export function createExportTotal({ db }: Pick<ReadTools, 'db'>) {
  const events = db
    .prepare(
      `SELECT coalesce(sum(s.next_n), 0) FROM session s JOIN browser b ON b.id = s.browser
       WHERE (? IS NULL OR b.site = ?) AND s.start_at + s.end_ms >= ? AND s.start_at <= ?`,
    )
    .pluck()
  const leads = db.prepare('SELECT count(*) FROM lead WHERE ? IS NULL OR site = ?').pluck()
  return ({ what, site, since, until }: ExportTotalAsk): number | null => {
    const ref = site === undefined ? null : (refOf('site', site) ?? 0)
    if (what === 'events') return Number(events.get(ref, ref, since ?? -9e15, until ?? 9e15))
    return since === undefined && until === undefined ? Number(leads.get(ref, ref)) : null
  }
}
