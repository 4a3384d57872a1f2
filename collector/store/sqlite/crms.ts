import type { CrmKind, CrmSettings, CrmStatus, CrmStore, OpenCrm, Refused } from '../crm-store.ts'
import { publicId } from '../ids.ts'
import type { Db } from './connect.ts'
import { crmName, type Seal } from './secrets.ts'

interface CrmRow {
  readonly id: number
  readonly site: number | null
  readonly kind: CrmKind
  readonly name: string
  readonly settings: string
  readonly secret: string
  readonly cursor: number
  readonly state: CrmStatus['state']
  readonly error: string | null
  readonly failing_since: number | null
  readonly synced_at: number | null
}

/** What stands in `error`, as JSON. */
interface Notes {
  readonly error: string | null
  readonly refused: readonly Refused[]
  readonly renewedAt: number | null
}

/** CRMs, their secrets sealed. */
export function createCrms(db: Db, sealOf: () => Seal): CrmStore {
  const add = db.prepare(
    `INSERT INTO crm (site, kind, name, settings, secret, created_at) VALUES (?, ?, ?, ?, '', ?)`,
  )
  const putSecret = db.prepare('UPDATE crm SET secret = ? WHERE id = ?')
  const drop = db.prepare('DELETE FROM crm WHERE id = ?')
  const on = db.prepare("SELECT * FROM crm WHERE state = 'on' ORDER BY id")
  const note = db.prepare(
    `UPDATE crm SET cursor = ?, state = ?, error = ?, failing_since = ?, synced_at = ?
     WHERE id = ? AND state = 'on'`,
  )
  return {
    addCrm: db.transaction(({ kind, name, site, settings, secret, createdAt }) => {
      const added = add.run(site, kind, name, JSON.stringify(settings), createdAt)
      const ref = Number(added.lastInsertRowid)
      putSecret.run(sealOf().seal(secret, crmName(ref)), ref)
      return ref
    }).immediate as CrmStore['addCrm'],
    removeCrm: (ref) => drop.run(ref).changes > 0,
    openCrms: () =>
      (on.all() as CrmRow[]).map(
        (row): OpenCrm => ({
          ref: row.id,
          kind: row.kind,
          site: row.site === null ? null : publicId('site', row.site),
          settings: settingsOf(row.settings),
          secret: sealOf().open(row.secret, crmName(row.id)),
          cursor: row.cursor,
          state: row.state,
          ...notesOf(row.error),
          failingSince: row.failing_since,
          syncedAt: row.synced_at,
        }),
      ),
    noteCrm(ref, { cursor, state, error, refused, renewedAt, failingSince, syncedAt }) {
      const notes: Notes = { error, refused, renewedAt }
      const text = JSON.stringify(notes)
      return note.run(cursor, state, text, failingSince, syncedAt, ref).changes > 0
    },
  }
}

export function settingsOf(text: string): CrmSettings {
  return JSON.parse(text) // as addCrm wrote it
}

export function notesOf(text: string | null): Notes {
  return text === null ? { error: null, refused: [], renewedAt: null } : JSON.parse(text) // as above
}
