import { publicId } from '../../ids.ts'
import type { IntakeJson } from '../../mail-shapes.ts'
import type { Db } from '../connect.ts'

export interface IntakeReads {
  /** Oldest first, without their secrets. */
  intakes(): Promise<readonly IntakeJson[]>
  /** Which of these people a site knows, by e-mail and user id in normal form. */
  knownPeople(
    site: number,
    people: readonly { readonly kind: 'email' | 'user'; readonly value: string }[],
  ): Promise<readonly boolean[]>
}

type Row = [
  ref: number,
  site: number,
  name: string,
  provider: IntakeJson['provider'],
  token: string,
  mapping: string,
  createdAt: number,
]

export function createIntakeReader(db: Db): IntakeReads {
  const all = db
    .prepare('SELECT id, site, name, provider, token, mapping, created_at FROM intake ORDER BY id')
    .raw()
  const known = db.prepare(
    `SELECT 1 FROM lead_key k JOIN lead l ON l.id = k.lead
     WHERE k.kind = ? AND k.value = ? AND l.site = ?`,
  )
  return {
    intakes: async () =>
      all.all().map((raw) => {
        const [ref, site, name, provider, token, mapping, createdAt] = raw as Row // as selected
        return {
          id: publicId('intake', ref),
          site: publicId('site', site),
          name,
          provider,
          path: `/hooks/${token}`,
          creates_leads: JSON.parse(mapping).createsLeads === true,
          created_at: new Date(createdAt).toISOString(),
        }
      }),
    knownPeople: async (site, people) =>
      people.map(({ kind, value }) => known.get(kind, value, site) !== undefined),
  }
}
