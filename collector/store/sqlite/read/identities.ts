import { byClaimTime } from '../../../identity/claims.ts'
import { cursorOf, placeOf, publicId, refOf, uuidOf } from '../../ids.ts'
import type { Found, ListPage, Scoped } from '../../reader.ts'
import type { ConflictJson, IdentityJson, Page } from '../../shapes.ts'
import { claimReader } from '../claim-rows.ts'
import { hexOf } from '../rows.ts'
import type { ReadTools } from './tools.ts'
import { createHoldReader, type HoldRow } from './touches.ts'

const USUAL_LIMIT = 50

/** Which visitors are a lead, on what evidence, and where the evidence names two people. */
export function createIdentityReader(tools: ReadTools) {
  const { db } = tools
  const holds = createHoldReader(tools)
  const claimsOf = claimReader(db)
  const conflicts = db.prepare(
    `SELECT c.id, c.site, c.lead, c.conflict, c.user_id, c.email, c.evidence, c.strength, c.at,
         b.key, b.cookieless, b.external, (SELECT v.id FROM visitor v WHERE v.browser = c.browser
           AND coalesce(v.from_at, -9e15) <= c.at ORDER BY v.from_at DESC NULLS LAST LIMIT 1) AS visitor
       FROM claim c JOIN browser b ON b.id = c.browser
       WHERE c.conflict IS NOT NULL AND c.void = 0 AND c.id < ? AND (? IS NULL OR c.site = ?)
       ORDER BY c.id DESC LIMIT ?`,
  )

  const conflictsOf = db.prepare(
    `SELECT c.id, c.site, c.lead, c.conflict, c.user_id, c.email, c.evidence, c.strength, c.at,
         b.key, b.cookieless, b.external, (SELECT v.id FROM visitor v WHERE v.browser = c.browser
           AND coalesce(v.from_at, -9e15) <= c.at ORDER BY v.from_at DESC NULLS LAST LIMIT 1) AS visitor
       FROM claim c JOIN browser b ON b.id = c.browser
       WHERE c.conflict IS NOT NULL AND c.void = 0 AND @lead IN (c.lead, c.conflict)
       ORDER BY c.id DESC LIMIT 20`,
  )

  return {
    identities(lead: number): IdentityJson[] {
      const claims = claimsOf('lead', lead)
        .filter(({ isVoid, isShared }) => !isVoid && !isShared)
        .sort(byClaimTime)
      return holds.ofLead(lead).flatMap((hold): IdentityJson[] => {
        // The link is as good as its best evidence; of equals, the first.
        const own = claims.filter((c) => c.browser === hold.browser && isHeld(hold, c.at))
        const best =
          own.find((c) => c.strength === 'strong') ??
          own.find((c) => c.strength === 'medium') ??
          own[0]
        if (!best) return []
        return [
          {
            visitor: publicId('visitor', hold.visitor),
            browser: hold.browserId,
            evidence: best.evidence,
            strength: best.strength,
            at: new Date(best.at).toISOString(),
          },
        ]
      })
    },
    /** The newest of those in which this lead is one of the two. */
    conflictsOf: (lead: number): ConflictJson[] =>
      conflictsOf.all({ lead }).map((row) => conflictJson(row as ConflictRow)),
    conflicts(page: Scoped & ListPage): Found<Page<ConflictJson>> {
      const after = page.cursor === undefined ? null : placeOf(page.cursor, ['number'])
      if (page.cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const limit = page.limit ?? USUAL_LIMIT
      const site = page.site === undefined ? null : (refOf('site', page.site) ?? 0)
      const before = Number(after?.[0] ?? Number.MAX_SAFE_INTEGER)
      const rows = conflicts.all(before, site, site, limit + 1) as ConflictRow[]
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const next = rows.length > limit && last ? cursorOf([last.id]) : null
      return { kind: 'found', value: { data: shown.map(conflictJson), next_cursor: next } }
    },
  }
}

function isHeld({ from, to }: HoldRow, at: number): boolean {
  return at >= from && at < to
}

interface ConflictRow {
  readonly id: number
  readonly site: number
  readonly lead: number
  readonly conflict: number
  readonly user_id: string | null
  readonly email: string | null
  readonly evidence: string
  readonly strength: ConflictJson['strength']
  readonly at: number
  readonly key: Uint8Array
  readonly cookieless: number
  readonly external: string | null
  readonly visitor: number
}

function conflictJson(row: ConflictRow): ConflictJson {
  return {
    id: publicId('conflict', row.id),
    site: publicId('site', row.site),
    lead: publicId('lead', row.lead),
    other: publicId('lead', row.conflict),
    user_id: row.user_id,
    email: row.email,
    visitor: publicId('visitor', row.visitor),
    browser: row.cookieless === 1 ? null : (row.external ?? uuidOf(hexOf(row.key))),
    evidence: row.evidence,
    strength: row.strength,
    at: new Date(row.at).toISOString(),
  }
}
