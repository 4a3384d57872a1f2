import { resolveClaims } from '../../identity/claims.ts'
import { claimReader } from './claim-rows.ts'
import type { Db } from './connect.ts'

/**
 * What a step of the schema could not say in SQL, done once when a collector opens the store after it:
 * claims that name two people are marked with the other one.
 */
export function finishUpgrade(db: Db): void {
  const flag = "site = 0 AND name = 'conflicts_marked'"
  if (db.prepare(`SELECT 1 FROM counter WHERE ${flag}`).get() !== undefined) return
  db.transaction(() => {
    const read = claimReader(db)
    const mark = db.prepare('UPDATE claim SET conflict = ? WHERE id = ?')
    const sites = db.prepare('SELECT DISTINCT site FROM claim').pluck().all().map(Number)
    for (const { claim, other } of sites.flatMap(
      (site) => resolveClaims(read('site', site)).conflicts,
    )) {
      mark.run(other.claims[0]?.lead ?? null, claim.ref)
    }
    db.prepare("INSERT INTO counter (site, name, value) VALUES (0, 'conflicts_marked', 1)").run()
  }).immediate()
}
