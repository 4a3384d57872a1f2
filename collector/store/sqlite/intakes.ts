import { randomBytes } from 'node:crypto'
import type { Intake, IntakeStore, NewIntake } from '../intake-store.ts'
import type { Db } from './connect.ts'
import type { Seal } from './secrets.ts'

interface IntakeRow {
  readonly id: number
  readonly site: number
  readonly key: string
  readonly name: string
  readonly provider: NewIntake['provider']
  readonly secret: string
  readonly mapping: string
  readonly created_at: number
}

/** Intakes, their secrets sealed. */
export function createIntakes(db: Db, sealOf: () => Seal): IntakeStore {
  const insert = db.prepare(
    `INSERT INTO intake (site, name, provider, token, secret, mapping, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = db.prepare('DELETE FROM intake WHERE id = ?')
  const byToken = db.prepare(
    `SELECT i.id, i.site, s.key, i.name, i.provider, i.secret, i.mapping, i.created_at
     FROM intake i JOIN site s ON s.id = i.site WHERE i.token = ?`,
  )
  return {
    addIntake({ site, name, provider, secret, settings, createdAt }) {
      const token = randomBytes(16).toString('hex')
      const sealed = sealOf().seal(secret, intakeName(token))
      const mapping = JSON.stringify(settings)
      const added = insert.run(site, name, provider, token, sealed, mapping, createdAt)
      return { ref: Number(added.lastInsertRowid), token }
    },
    removeIntake: (ref) => remove.run(ref).changes > 0,
    intakeOf(token): Intake | null {
      const found = byToken.get(token)
      if (found === undefined) return null
      const row = found as IntakeRow // the columns selected
      return {
        ref: row.id,
        site: row.site,
        siteKey: row.key,
        name: row.name,
        provider: row.provider,
        secret: sealOf().open(row.secret, intakeName(token)),
        settings: JSON.parse(row.mapping),
        createdAt: row.created_at,
      }
    },
  }
}

/** What the secret of an intake is bound to. */
export function intakeName(token: string): string {
  return `intake ${token}`
}
