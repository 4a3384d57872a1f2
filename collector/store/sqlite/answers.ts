import type { AnswerStore } from '../answer-store.ts'
import type { Db } from './connect.ts'

/** Of more answers than this the oldest go before their time. */
const MAX_KEPT = 200_000

export function createAnswers(db: Db): AnswerStore {
  const keep = db.prepare(
    `INSERT INTO answer (name, sealed, until) SELECT @name, @sealed, @until
     WHERE coalesce((SELECT erased_at FROM tombstone ORDER BY id DESC LIMIT 1), @startedAt - 1) < @startedAt
     ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, until = excluded.until`,
  )
  const dropOld = db.prepare('DELETE FROM answer WHERE until <= ?')
  const dropMany = db.prepare('DELETE FROM answer WHERE id <= (SELECT max(id) FROM answer) - ?')
  const find = db.prepare('SELECT sealed FROM answer WHERE name = ? AND until > ?').pluck()

  return {
    keepAnswer: db.transaction(({ name, sealed, startedAt, until }) => {
      dropOld.run(startedAt)
      dropMany.run(MAX_KEPT)
      keep.run({ name, sealed, startedAt, until })
    }).immediate,
    keptAnswer: (name, now) => (find.get(name, now) as Uint8Array | undefined) ?? null, // as selected
  }
}

/** All of them: any may name whoever is erased. Within a transaction. */
export function dropAnswers(db: Db): void {
  db.prepare('DELETE FROM answer').run()
}
