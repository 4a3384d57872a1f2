import { isUndone, type Unlink } from '../../../identity/claims.ts'
import type { ExportedLeadJson, ExportedUnlinkJson, ExportQuery } from '../../exported.ts'
import { refOf, uuidOf } from '../../ids.ts'
import type { Found } from '../../reader.ts'
import type { LeadJson, Page } from '../../shapes.ts'
import { claimReader } from '../claim-rows.ts'
import { hexOf } from '../rows.ts'
import type { createSaidReader } from './said.ts'
import type { ReadTools } from './tools.ts'

type Walk = (query: ExportQuery, now: number) => Found<Page<LeadJson>>

type UnlinkRow = [
  at: number,
  by: string,
  from: number | null,
  to: number | null,
  ids: string,
  key: Uint8Array,
  external: string | null,
]

/** Leads for an export: what `walk` finds, each with what was said of it. */
export function createLeadExport(
  { db }: Pick<ReadTools, 'db'>,
  { walk, said }: { walk: Walk; said: ReturnType<typeof createSaidReader> },
): (query: ExportQuery, now: number) => Found<Page<ExportedLeadJson>> {
  const readClaims = claimReader(db)
  const unlinksOf = db
    .prepare(
      `SELECT u.at, u.author, u.from_at, u.to_at, u.ids, b.key, b.external
       FROM unlink u JOIN browser b ON b.id = u.browser WHERE u.browser = ? ORDER BY u.id`,
    )
    .raw()

  /** Found by the claims that they void: who holds the claim now may not be whom the link was to then. */
  function unlinks(lead: number): ExportedUnlinkJson[] {
    const undone = readClaims('lead', lead).filter(({ isVoid }) => isVoid)
    const browsers = new Set(undone.map(({ browser }) => browser))
    return [...browsers].flatMap((browser) => {
      const own = undone.filter((claim) => claim.browser === browser)
      const rows = unlinksOf.all(browser) as UnlinkRow[] // as selected
      return rows.flatMap((row) => {
        const unlink = unlinkOf(row, browser)
        return own.some((claim) => isUndone(claim, [unlink])) ? [unlinkJson(row, unlink)] : []
      })
    })
  }

  return (query, now) => {
    const found = walk(query, now)
    if (found.kind !== 'found') return found
    const data = found.value.data.map((lead): ExportedLeadJson => {
      const ref = refOf('lead', lead.id) ?? 0
      return {
        ...lead,
        outcomes: said.outcomes(ref),
        adjustments: said.adjustments(ref),
        decisions: said.decisions(ref),
        unlinks: unlinks(ref),
      }
    })
    return { kind: 'found', value: { ...found.value, data } }
  }
}

function unlinkOf([at, , from, to, ids]: UnlinkRow, browser: number): Unlink {
  const { userIds, emails } = JSON.parse(ids) as Pick<Unlink, 'userIds' | 'emails'> // as written
  return {
    browser,
    from: from ?? Number.NEGATIVE_INFINITY,
    to: to ?? Number.POSITIVE_INFINITY,
    at,
    userIds,
    emails,
  }
}

function unlinkJson(row: UnlinkRow, { userIds, emails }: Unlink): ExportedUnlinkJson {
  const [at, by, from, to, , key, external] = row
  return {
    at: new Date(at).toISOString(),
    by,
    browser: external ?? uuidOf(hexOf(key)),
    from: from === null ? null : new Date(from).toISOString(),
    to: to === null ? null : new Date(to).toISOString(),
    user_ids: userIds,
    emails,
  }
}
