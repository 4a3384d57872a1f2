import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import { createLeadBook } from '../../collector/store/sqlite/read/book.ts'
import { createRowReads } from '../../collector/store/sqlite/read/lead-rows.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import { openReadTools } from '../../collector/store/sqlite/read/tools.ts'
import { createWeek } from '../../collector/store/sqlite/read/week.ts'
import { defaultModelYaml, eventAt } from '../support/world.ts'
import { createService, DAY, NOW, type Service } from './api-fixture.ts'

/** All leads in memory: read at the start beside other reads, judged anew by a new model, always exact. */

let service: Service
beforeEach(() => {
  service = createService()
})
afterEach(() => service.close())

async function leadsOf(reader: InternalReader, now = NOW): Promise<readonly LeadJson[]> {
  const found = await reader.leads({ limit: 100, sort: '-score' }, now)
  if (found.kind !== 'found') throw new Error(found.kind)
  return found.value.data
}
/** One that remembers nothing. */
const freshReader = () => createSqliteReader(service.path, createMailDomains('', ''))
const fresh = (now = NOW) => leadsOf(freshReader(), now)
const gradedB = (reader: InternalReader) => reader.leads({ grade: 'B' }, NOW)

function identify(email: string): void {
  const view = eventAt(NOW - DAY, 'page_view', { url: 'https://shop.example/pricing' })
  const said = eventAt(NOW - DAY + 1000, 'identify', { props: { email } })
  service.deliver('shop', crypto.randomUUID(), [view, said])
}

test('warmed or not, before and after something happens, the list is the same', async () => {
  const warmed = createSqliteReader(service.path, createMailDomains('', ''))
  await warmed.warm(NOW)
  expect(await leadsOf(warmed)).toEqual(await fresh())
  identify('late@corp.example')
  const after = await leadsOf(warmed)
  expect(after.map(({ email }) => email)).toContain('late@corp.example')
  expect(after).toEqual(await fresh())
})

test('what happens while it is read is not missed', async () => {
  const warmed = createSqliteReader(service.path, createMailDomains('', ''))
  const warming = warmed.warm(NOW)
  identify('meanwhile@corp.example')
  await warming
  const list = await leadsOf(warmed)
  expect(list.map(({ email }) => email)).toContain('meanwhile@corp.example')
  expect(list).toEqual(await fresh())
})

test('a model with other numbers and other fit is obeyed at once, and so is one that counts others', async () => {
  identify('ann@corp.example')
  const before = await leadsOf(service.reader)
  const numbers = defaultModelYaml()
    .replace(
      'on: page_view, where: { page: key }, points: 10',
      'on: page_view, where: { page: key }, points: 20',
    )
    .replace('points: 35', 'points: 1')
  const matchers = numbers.replace('key: ["/pricing*", ', 'key: ["/nothing", ')
  const lists = [before]
  for (const yaml of [numbers, matchers, defaultModelYaml()]) {
    await service.writer.publishModel({ yaml, note: '', by: 'test', publishedAt: NOW })
    service.work()
    lists.push(await leadsOf(service.reader))
    expect(lists.at(-1)).toEqual(await fresh())
    expect(await gradedB(service.reader)).toEqual(await gradedB(freshReader()))
  }
  const gradesAndScores = lists.map((list) =>
    list.map(({ id, score_milli, grade }) => [id, score_milli, grade]).sort(),
  )
  expect(gradesAndScores[1]).not.toEqual(gradesAndScores[0])
  expect(gradesAndScores[2]).not.toEqual(gradesAndScores[1])
  expect(gradesAndScores[3]).toEqual(gradesAndScores[0])
})

test('what a reading that failed had not taken is taken by the next', async () => {
  const tools = openReadTools(service.path, createMailDomains('', ''))
  const reads = createRowReads(tools)
  let isBroken = false
  const book = createLeadBook(tools, {
    ...reads,
    factsOf(ref) {
      if (isBroken) throw new Error('disk I/O error')
      return reads.factsOf(ref)
    },
  })
  book.refresh(NOW)
  identify('late@corp.example')
  isBroken = true
  expect(() => book.refresh(NOW)).toThrow('disk I/O error')
  isBroken = false
  book.refresh(NOW)
  const emails = book.cards.flatMap((card) => card?.lead.email ?? [])
  expect(emails.sort()).toEqual((await fresh()).flatMap(({ email }) => email ?? []).sort())
})

test('changes of a week are whose they are when leads were joined and very many changed', () => {
  const db = new Database(service.path)
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3999)
    INSERT INTO lead (id, site, verified, traits, changed) SELECT i, 1, 0, '{}', 1000000 FROM n;
    INSERT INTO adjustment (lead, anchor, milli, label, at, author)
      SELECT id, 0, 1000 * id, '', ${NOW - 20 * DAY}, '' FROM lead WHERE id >= 1000;
  `)
  const tools = openReadTools(service.path, createMailDomains('', ''))
  const reads = createRowReads(tools)
  const book = createLeadBook(tools, reads)
  const week = createWeek(tools, book, reads)
  const changesNow = () => {
    book.refresh(NOW)
    const changes = week.changes(NOW)
    return book.cards.flatMap((card) => (card ? changes[card.slot] : []))
  }
  const added = changesNow().filter((change) => change !== 0)
  db.exec('DELETE FROM lead WHERE id = 1000; UPDATE lead SET changed = 1000001 WHERE id = 1001')
  expect(changesNow().filter((change) => change !== 0)).toEqual(added)
  db.exec('UPDATE lead SET changed = 1000002 WHERE id > 1001 AND id < 3900')
  expect(changesNow().filter((change) => change !== 0)).toEqual(added)
  db.close()
})

test('a lead that is no more is not in the list, also when one that was gone has come back', () => {
  const db = new Database(service.path)
  const tools = openReadTools(service.path, createMailDomains('', ''))
  const reads = createRowReads(tools)
  const book = createLeadBook(tools, reads)
  const refsNow = () => {
    book.refresh(NOW)
    return book.cards.flatMap((card) => card?.lead.ref ?? [])
  }
  const { id, ...rest } = db.prepare('SELECT * FROM lead WHERE id = 2').get() as { id: number }
  const columns = Object.keys(rest)
  const drop = (ref: number, change: number) => {
    db.prepare('DELETE FROM lead WHERE id = ?').run(ref)
    db.prepare('UPDATE lead SET changed = ? WHERE id = 1').run(change)
  }
  expect(refsNow()).toEqual([1, 2, 3])
  drop(2, 1_000_000)
  expect(refsNow()).toEqual([1, 3])
  db.prepare(
    `INSERT INTO lead (id, ${columns.join(', ')}) VALUES (@id, ${columns.map((name) => `@${name}`).join(', ')})`,
  ).run({ ...rest, id, changed: 1_000_001 })
  expect(refsNow()).toEqual([1, 2, 3])
  drop(3, 1_000_002)
  expect(refsNow()).toEqual([1, 2])
  db.close()
})
