import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, ListPage, Scoped } from '../../reader.ts'
import type { Page, QuarantinedJson } from '../../shapes.ts'
import type { Db } from '../connect.ts'

type Row = [number, number, string, string, number]

/** Events that wait in quarantine, newest first. */
export function createQuarantineReader(db: Db) {
  const rows = db
    .prepare(
      `SELECT id, site, reason, raw, received_at FROM quarantine
       WHERE id < ? AND (? IS NULL OR site = ?) ORDER BY id DESC LIMIT ?`,
    )
    .raw()
  const one = db.prepare('SELECT 1 FROM quarantine WHERE id = ? AND (? IS NULL OR site = ?)')
  const siteOf = (site: string | undefined) =>
    site === undefined ? null : (refOf('site', site) ?? 0)
  function page({ cursor, limit = 50, site }: Scoped & ListPage): Found<Page<QuarantinedJson>> {
    const after = cursor === undefined ? null : placeOf(cursor, ['number'])
    if (cursor !== undefined && !after) return { kind: 'bad_cursor' }
    const before = Number(after?.[0] ?? Number.MAX_SAFE_INTEGER)
    const siteRef = siteOf(site)
    const all = rows.all(before, siteRef, siteRef, limit + 1) as Row[] // the columns above
    const shown = all.slice(0, limit)
    const last = shown.at(-1)
    const next = all.length > limit && last ? cursorOf([last[0]]) : null
    return { kind: 'found', value: { data: shown.map(quarantinedJson), next_cursor: next } }
  }
  return {
    page,
    has: (ref: number, { site }: Scoped) => one.get(ref, siteOf(site), siteOf(site)) !== undefined,
  }
}

function quarantinedJson([ref, site, reason, raw, at]: Row): QuarantinedJson {
  return {
    id: publicId('quarantined', ref),
    site: publicId('site', site),
    reason,
    event: raw,
    received_at: new Date(at).toISOString(),
  }
}
