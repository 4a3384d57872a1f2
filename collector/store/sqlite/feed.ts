import { randomInt } from 'node:crypto'
import type { Stage } from '../shapes.ts'
import type { Changes } from '../store.ts'
import type { Db } from './connect.ts'

/**
 * The feed of changes, written in the transaction that makes them. What happens once has a row in `change`
 * with the number of its commit; of a score there is the lead's own `changed` (see migrations.ts). Read in
 * order of commits nothing is ever in front of what was read before, as there is one writer.
 *
 * Rows hold numbers and no words: a decision is a reference to the decision, and goes when that goes.
 */
export interface Feed {
  /** Who is new, who turned out to be one, and whose stage is another by that; after the leads are written. */
  written(
    changes: Pick<Changes, 'newLeads' | 'removedLeads'>,
    /** Stages of before, of leads that have another's decisions now or have lost some. */
    stages: ReadonlyMap<number, Stage>,
    at: number,
  ): void
  decided(lead: number, decision: number, at: number): void
  /** Takes a lead's rows out, and those of all that were merged into it: of each only that it is erased stays. */
  erased(lead: number, site: number, at: number): void
  /** Another model scores everybody. */
  published(version: number, at: number): void
}

/** What the rows of `change` have as `body`. */
export type ChangeBody =
  | { readonly decision: number }
  | { readonly from: Stage; readonly to: Stage }
  | { readonly merged: number }
  | { readonly version: number }

export function createFeed(db: Db, commit: () => number): Feed {
  // One who is no more by now, or is nobody's heir, has no row.
  const addOfLead = db.prepare(
    `INSERT INTO change (lead, site, type, at, body, changed)
     SELECT id, site, ?, ?, ?, ? FROM lead WHERE id = ?`,
  )
  const add = db.prepare(
    'INSERT INTO change (lead, site, type, at, body, changed) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const stageOf = db.prepare('SELECT stage FROM lead WHERE id = ?').pluck()
  const mergedInto = db
    .prepare("SELECT body FROM change WHERE lead = ? AND type = 'lead.merged'")
    .pluck()
  const drop = db.prepare('DELETE FROM change WHERE lead = ?')

  function tell(type: string, lead: number, at: number, body: ChangeBody | null): void {
    addOfLead.run(type, at, body && JSON.stringify(body), commit(), lead)
  }

  function withMerged(lead: number, known = new Set<number>()): ReadonlySet<number> {
    known.add(lead)
    for (const text of mergedInto.all(lead)) {
      const { merged } = JSON.parse(String(text)) as { readonly merged: number } // as written below
      if (!known.has(merged)) withMerged(merged, known)
    }
    return known
  }

  return {
    written({ newLeads, removedLeads }, stages, at) {
      for (const lead of newLeads) tell('lead.identified', lead, at, null)
      for (const [merged, lead] of removedLeads) {
        if (!newLeads.has(merged)) tell('lead.merged', lead, at, { merged })
      }
      for (const [lead, from] of stages) {
        const to = stageOf.get(lead) as Stage | undefined // as it was written; one may be gone
        if (to !== undefined && to !== from) tell('lead.stage_changed', lead, at, { from, to })
      }
    },
    decided: (lead, decision, at) => tell('lead.stage_changed', lead, at, { decision }),
    erased(lead, site, at) {
      for (const one of withMerged(lead)) {
        drop.run(one)
        add.run(one, site, 'lead.erased', at, null, commit())
      }
    },
    published: (version, at) =>
      void add.run(0, 0, 'model.published', at, JSON.stringify({ version }), commit()),
  }
}

/** Rows that are as old as events may get; a piece of them, from the oldest. */
export function dropOldChanges(db: Db, before: number): number {
  return db
    .prepare(
      `DELETE FROM change WHERE id IN
         (SELECT id FROM (SELECT id, at FROM change ORDER BY id LIMIT 10000) WHERE at < ?)`,
    )
    .run(before).changes
}

/** After a restore: no position of before is one of this store, and CRMs are told everything once more. */
export function beginEra(db: Db): void {
  db.transaction(() => {
    db.prepare(
      `INSERT INTO counter (site, name, value) VALUES (0, 'feed_era', ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    ).run(randomInt(1, 2 ** 40))
    // A copy of an older schema knows no CRM yet.
    const hasCrms = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'crm'").get()
    if (hasCrms !== undefined) db.prepare('UPDATE crm SET cursor = 0').run()
  })()
}
