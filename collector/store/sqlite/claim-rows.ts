import type { Unlink } from '../../identity/claims.ts'
import type { ClaimKeys, StoredClaim } from '../store.ts'
import type { Db } from './connect.ts'
import { hexOf } from './rows.ts'

/** How rows become claims and unlinks; the one place that knows their columns. */

type ClaimRow = [
  number,
  number,
  number,
  Uint8Array,
  number,
  string | null,
  string | null,
  string,
  string,
  string,
  number | null,
  string | null,
  number,
  number,
  number | null,
]

export function claimReader(db: Db) {
  const columns = `id, site, browser, event, at, user_id, email, strength, evidence, traits, lead,
    link, void, shared, conflict`
  const select = {
    browser: db.prepare(`SELECT ${columns} FROM claim WHERE browser = ?`).raw(),
    email: db.prepare(`SELECT ${columns} FROM claim WHERE email = ? AND site = ?`).raw(),
    user: db.prepare(`SELECT ${columns} FROM claim WHERE user_id = ? AND site = ?`).raw(),
    lead: db.prepare(`SELECT ${columns} FROM claim WHERE lead = ?`).raw(),
    link: db.prepare(`SELECT ${columns} FROM claim WHERE link = ? AND site = ?`).raw(),
    site: db.prepare(`SELECT ${columns} FROM claim WHERE site = ?`).raw(),
  }
  return (by: keyof typeof select, ...params: (number | string)[]): StoredClaim[] =>
    select[by].all(...params).map((raw) => {
      const row = raw as ClaimRow // the columns above, in that order
      return {
        ref: row[0],
        site: row[1],
        browser: row[2],
        id: hexOf(row[3]),
        at: row[4],
        userId: row[5],
        email: row[6],
        strength: row[7] as StoredClaim['strength'], // written from the same type
        evidence: row[8],
        traits: JSON.parse(row[9]),
        lead: row[10],
        link: row[11],
        isVoid: row[12] === 1,
        isShared: row[13] === 1,
        conflict: row[14],
      }
    })
}

type ReadClaims = ReturnType<typeof claimReader>

export function connected(
  site: number,
  keys: readonly ClaimKeys[],
  read: ReadClaims,
): StoredClaim[] {
  const claims = new Map<number, StoredClaim>()
  const asked = new Set<string>()
  const queue: ClaimKeys[] = [...keys]
  const take = (claim: StoredClaim) => {
    if (claims.has(claim.ref ?? 0)) return
    claims.set(claim.ref ?? 0, claim)
    queue.push(claim)
  }
  for (let keysOf = queue.pop(); keysOf; keysOf = queue.pop()) {
    for (const [by, value] of [
      ['email', keysOf.email],
      ['user', keysOf.userId],
      ['link', keysOf.link],
    ] as const) {
      if (value === null || asked.has(`${by} ${value}`)) continue
      asked.add(`${by} ${value}`)
      for (const claim of read(by, value, site)) {
        take(claim)
        if (by === 'link') for (const beside of read('browser', claim.browser)) take(beside)
      }
    }
  }
  return [...claims.values()]
}

/** The unlinks of a browser. */
export function unlinkReader(db: Db) {
  const select = db
    .prepare('SELECT browser, from_at, to_at, at, ids FROM unlink WHERE browser = ? ORDER BY id')
    .raw()
  return (browser: number): Unlink[] =>
    select.all(browser).map((raw) => {
      const [ref, from, to, at, ids] = raw as [number, number | null, number | null, number, string]
      const { userIds, emails } = JSON.parse(ids) as Pick<Unlink, 'userIds' | 'emails'> // as written
      return {
        browser: ref,
        from: from ?? Number.NEGATIVE_INFINITY,
        to: to ?? Number.POSITIVE_INFINITY,
        at,
        userIds,
        emails,
      }
    })
}
