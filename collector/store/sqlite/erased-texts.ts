import type { Db } from './connect.ts'

/** To be called before events are dropped, so that their texts are remembered. */
export function beginUnusedTexts(db: Db): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS erased_text (id INTEGER PRIMARY KEY)')
  db.exec('CREATE TEMP TABLE IF NOT EXISTS erased_touch (id INTEGER PRIMARY KEY)')
}

/** Texts and touches of what was erased that nothing else uses: an address may hold a name. */
export function dropErasedTexts(db: Db): void {
  const users = [
    ['event', 'url'],
    ['event', 'referrer'],
    ['event', 'title'],
    ['event', 'type'],
    ['session', 'bot'],
    ['session', 'device'],
    ['view', 'url'],
  ] as const
  for (const [table, column] of users) {
    db.exec(
      `DELETE FROM erased_text WHERE id IN (
         SELECT ${column} FROM ${table} WHERE ${column} IN (SELECT id FROM erased_text))`,
    )
  }
  db.exec(
    'DELETE FROM erased_touch WHERE id IN (SELECT touch FROM session WHERE touch IN (SELECT id FROM erased_touch))',
  )
  // The last number stays taken: readers remember what a number meant.
  const keepLast = (table: 'text' | 'touch', columns: string, values: string) => {
    const last = db.prepare(`SELECT max(id) FROM ${table}`).pluck().get()
    db.exec(`DELETE FROM ${table} WHERE id IN (SELECT id FROM erased_${table})`)
    db.prepare(
      `INSERT OR IGNORE INTO ${table} (id, value${columns}) SELECT @last, 'erased ' || @last${values}
       WHERE @last IS NOT NULL`,
    ).run({ last })
    db.exec(`DROP TABLE erased_${table}`)
  }
  keepLast('text', '', '')
  keepLast('touch', ', channel, source, medium', ", '', '', ''")
}
