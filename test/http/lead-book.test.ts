import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
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
