import type { AuditQuery } from '../../audit-store.ts'
import { cursorOf, placeOf, publicId } from '../../ids.ts'
import type { Found, ListPage } from '../../reader.ts'
import type { AuditJson, Page } from '../../shapes.ts'
import type { Db } from '../connect.ts'

export interface AuditReads {
  /** Who changed or read out what, newest first. */
  audit(query: AuditQuery & ListPage): Promise<Found<Page<AuditJson>>>
  /** When the accounts last signed in, by their id, as far back as the newest entries tell. */
  lastSignIns(): Promise<Readonly<Record<string, string>>>
}

type Row = [number, number, string, string, string | null, string | null]

const USUAL_LIMIT = 50
/** How far back a sign-in is looked for; every entry is looked at. */
const LOOKED_AT = 100_000

export function createAuditReader(db: Db): AuditReads {
  const page = db
    .prepare(
      `SELECT id, at, author, action, subject, detail FROM audit
       WHERE id < @before AND (@author IS NULL OR author = @author)
         AND (@action IS NULL OR action = @action) AND (@subject IS NULL OR subject = @subject)
       ORDER BY id DESC LIMIT @most`,
    )
    .raw()
  const signIns = db
    .prepare(
      `SELECT subject, max(at) FROM audit
       WHERE id > (SELECT max(id) FROM audit) - ? AND action = 'signed_in' AND subject IS NOT NULL
       GROUP BY subject`,
    )
    .raw()
  return {
    async audit({ author, action, subject, limit = USUAL_LIMIT, cursor }) {
      const after = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : placeOf(cursor, ['number'])
      if (!after) return { kind: 'bad_cursor' }
      const asked = { author: author ?? null, action: action ?? null, subject: subject ?? null }
      const rows = page.all({ ...asked, before: Number(after[0]), most: limit + 1 }) as Row[] // as selected
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const next = rows.length > limit && last ? cursorOf([last[0]]) : null
      return { kind: 'found', value: { data: shown.map(auditJson), next_cursor: next } }
    },
    async lastSignIns() {
      const rows = signIns.all(LOOKED_AT) as [string, number][] // as selected
      return Object.fromEntries(rows.map(([id, at]) => [id, new Date(at).toISOString()]))
    },
  }
}

function auditJson([ref, at, by, action, subject, detail]: Row): AuditJson {
  return {
    id: publicId('audit', ref),
    at: new Date(at).toISOString(),
    by,
    action,
    subject,
    detail,
  }
}
