import type { CrmJson, CrmKind } from '../../crm-store.ts'
import { publicId } from '../../ids.ts'
import type { Db } from '../connect.ts'
import { notesOf, settingsOf } from '../crms.ts'

export interface CrmReads {
  /** Oldest first, without their secrets. */
  crms(): Promise<readonly CrmJson[]>
}

type Row = [
  ref: number,
  site: number | null,
  kind: CrmKind,
  name: string,
  settings: string,
  state: CrmJson['state'],
  error: string | null,
  failingSince: number | null,
  syncedAt: number | null,
  createdAt: number,
]

export function createCrmReader(db: Db): CrmReads {
  const all = db
    .prepare(
      `SELECT id, site, kind, name, settings, state, error, failing_since, synced_at, created_at
       FROM crm ORDER BY id`,
    )
    .raw()
  return {
    crms: async () =>
      (all.all() as Row[]).map(
        ([ref, site, kind, name, text, state, notes, failingSince, syncedAt, createdAt]) => {
          const { url, object } = settingsOf(text)
          const { error, refused } = notesOf(notes)
          return {
            id: publicId('crm', ref),
            kind,
            name,
            site: site === null ? null : publicId('site', site),
            url,
            object,
            state,
            error,
            failing_since: iso(failingSince),
            synced_at: iso(syncedAt),
            refused,
            created_at: new Date(createdAt).toISOString(),
          }
        },
      ),
  }
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
