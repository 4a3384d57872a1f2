import type { TombKind } from '../../ingest/tombs.ts'
import type { Mentioned, Mentions } from '../records.ts'
import type { Db } from './connect.ts'
import { createBurial } from './tombstones.ts'

/**
 * Who is named in events that never happened: refused ones, and those that wait. Such an event is text as it
 * came, so an e-mail counts wherever it stands. A user id may be as short as "7": it counts as a whole value.
 */
function isNamed(text: string, kind: Mentioned['kind'], value: string): boolean {
  const [all, name] = [text.toLowerCase(), value.toLowerCase()]
  if (kind === 'email') return all.includes(name) || all.includes(encodeURIComponent(name))
  if (all.includes(JSON.stringify(name))) return true
  return /^\d+$/.test(name) && new RegExp(`id"\\s*:\\s*${name}(?!\\d)`).test(all)
}

/** Lets a connection's statements ask `names(text, kind, value)`. */
export function teachNames(db: Db): void {
  db.function('names', { deterministic: true }, (text, kind, value) => {
    // A browser's rows are asked for with no name.
    if (typeof value !== 'string') return 0
    return isNamed(String(text), kind === 'email' ? 'email' : 'user', value) ? 1 : 0
  })
}

/** How many events name somebody, on one site or on all. */
export function createMentionReader(db: Db): (who: Mentioned) => Mentions {
  teachNames(db)
  const where = '(@site IS NULL OR site = @site) AND names'
  const waiting = db.prepare(
    `SELECT count(*) FROM quarantine WHERE ${where}(raw, @kind, @value) = 1`,
  )
  const refused = db.prepare(
    `SELECT count(*) FROM rejected WHERE ${where}(sample, @kind, @value) = 1`,
  )
  return (who) => ({
    waiting: Number(waiting.pluck().get(who)),
    refused: Number(refused.pluck().get(who)),
  })
}

/** Drops them, and buries the name where it stood, so that a late retry does not bring it back. */
export function createMentionEraser(db: Db): (who: Mentioned, erasedAt: number) => Mentions {
  teachNames(db)
  const [waiting, refused] = [
    ['quarantine', 'raw'],
    ['rejected', 'sample'],
  ].map(([table, column]) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE (@site IS NULL OR site = @site)
           AND names(${column}, @kind, @value) = 1 RETURNING site`,
      )
      .pluck(),
  )
  return db.transaction((who: Mentioned, erasedAt: number) => {
    const [ofWaiting, ofRefused] = [waiting?.all(who) ?? [], refused?.all(who) ?? []]
    for (const site of new Set([...ofWaiting, ...ofRefused].map(Number))) {
      createBurial(db, site, erasedAt)(who.kind satisfies TombKind, who.value, null, null)
    }
    return { waiting: ofWaiting.length, refused: ofRefused.length }
  }).immediate
}
