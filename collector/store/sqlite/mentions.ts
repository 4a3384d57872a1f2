import { normalUserId } from '../../ingest/text.ts'
import type { TombKind } from '../../ingest/tombs.ts'
import type { Mentioned, Mentions } from '../records.ts'
import { dropAnswers } from './answers.ts'
import type { Db } from './connect.ts'
import { createLinksOf, dropLinksOf } from './email-links.ts'
import { createBurial } from './tombstones.ts'

/** An id of a person: the kind of key, and the value in its normal form. */
export type PersonId = readonly [TombKind, string]

/** A refused or waiting event: its number, its code or reason, the event as JSON, when it came, its site. */
export type Mention = readonly [
  ref: number,
  code: string,
  text: string,
  receivedAt: number,
  site: number,
]

/**
 * Finds refused and waiting events that name a person, for whoever shows or erases them. Both take the same:
 * all that is the person's, however it was typed, and nothing of somebody whose id or time only looks alike.
 * Of every site where none is given.
 */
export function createMentions(db: Db) {
  // A first look by the database; SQLite lowers ASCII alone, so other ids are looked for in all of them.
  const refused = db
    .prepare(
      `SELECT id, code, sample, received_at, site FROM rejected
       WHERE (@site IS NULL OR site = @site) AND instr(lower(sample), @part) > 0 ORDER BY id`,
    )
    .raw()
  const waiting = db
    .prepare(
      `SELECT id, reason, raw, received_at, site FROM quarantine
       WHERE (@site IS NULL OR site = @site) AND instr(lower(raw), @part) > 0 ORDER BY id`,
    )
    .raw()
  const find = (select: typeof refused) => (site: number | null, ids: readonly PersonId[]) => {
    const found = new Map<number, Mention>()
    for (const id of ids) {
      const part = ASCII.test(id[1]) ? inJson(id[1]).toLowerCase() : ''
      for (const row of select.all({ site, part }) as Mention[]) {
        if (names(row[2], id)) found.set(row[0], row)
      }
    }
    return [...found.values()]
  }
  return { refused: find(refused), waiting: find(waiting) }
}

/** How many of them name somebody. */
export function createMentionReader(db: Db): (who: Mentioned) => Mentions {
  const mentions = createMentions(db)
  const linksOf = createLinksOf(db)
  return ({ kind, value, site }) => ({
    waiting: mentions.waiting(site, [[kind, value]]).length,
    refused: mentions.refused(site, [[kind, value]]).length,
    links: linksOf(site, [[kind, value]]).length,
  })
}

/** Drops them, and buries the name where it stood, so that a late retry does not bring it back. */
export function createMentionEraser(db: Db): (who: Mentioned, erasedAt: number) => Mentions {
  const mentions = createMentions(db)
  const dropWaiting = db.prepare('DELETE FROM quarantine WHERE id = ?')
  const dropRefused = db.prepare('DELETE FROM rejected WHERE id = ?')
  return db.transaction(({ kind, value, site }: Mentioned, erasedAt: number) => {
    const waiting = mentions.waiting(site, [[kind, value]])
    const refused = mentions.refused(site, [[kind, value]])
    for (const [ref] of waiting) dropWaiting.run(ref)
    for (const [ref] of refused) dropRefused.run(ref)
    for (const of of new Set([...waiting, ...refused].map(([, , , , place]) => place))) {
      createBurial(db, of, erasedAt)(kind, value, null, null)
    }
    dropAnswers(db)
    const links = dropLinksOf(db, site, [[kind, value]])
    return { waiting: waiting.length, refused: refused.length, links }
  }).immediate
}

const ASCII = /^[\x20-\x7e]*$/
/** A longer user id stands nowhere by chance; a short one is looked for where user ids stand. */
const TELLING_LENGTH = 8
const USER_ID = /"user_?id":("(?:[^"\\]|\\.)*"|-?\d+)/gi

function names(text: string, [kind, value]: PersonId): boolean {
  if (kind === 'email') return holdsAddress(text.normalize('NFC').toLowerCase(), value)
  if (kind !== 'user') return false
  if (value.length >= TELLING_LENGTH && text.includes(inJson(value))) return true
  return [...text.matchAll(USER_ID)].some(([, said = '']) => {
    const id = normalUserId(JSON.parse(said))
    return id.ok && id.value === value
  })
}

/** Whether an address stands in a text, and is not the end or the beginning of another. */
function holdsAddress(text: string, address: string): boolean {
  for (let at = text.indexOf(address); at >= 0; at = text.indexOf(address, at + 1)) {
    const isEnd = /[\p{L}\p{N}\p{M}._+-]$/u.test(text.slice(Math.max(0, at - 2), at))
    const isBeginning = /^(?:[\p{L}\p{N}\p{M}-]|\.[\p{L}\p{N}])/u.test(
      text.slice(at + address.length, at + address.length + 3),
    )
    if (!isEnd && !isBeginning) return true
  }
  return false
}

/** As the value stands inside of a text of JSON. */
function inJson(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
