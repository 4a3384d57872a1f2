import { randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { restoreStore } from '../../collector/store/sqlite/restore.ts'
import { createWorld, defaultModelYaml, eventAt, found } from '../support/world.ts'
import { readDb } from './worlds.ts'

/** A backup knows less than was known when somebody was erased; restored, it has nothing of them all the same. */

const START = Date.UTC(2026, 2, 3)
const MAIL = createMailDomains('', '')

test('what somebody did before they said who they are stays away with them', async () => {
  const world = createWorld()
  try {
    const [mine, shared] = [randomUUID(), randomUUID()]
    const view = (second: number, title: string) =>
      eventAt(START + second * 1000, 'page_view', {
        title,
        url: `https://shop.example/${title}`,
      })
    const claim = (second: number, email: string) =>
      eventAt(START + second * 1000, 'identify', { props: { email } })
    const deliver = (browser: string, ...events: ReturnType<typeof view>[]) =>
      world.deliver({ browser, human: true, events }, START + 60_000)
    deliver(mine, view(1, 'of-ann-alone'))
    deliver(shared, claim(0, 'bob@corp.example'), view(1, 'of-bob'), view(20, 'of-ann-there'))
    const backup = `${world.path}-backup`
    readDb(world.path, (db) => db.prepare('VACUUM INTO ?').run(backup))
    copyFileSync(`${world.path}-instance`, `${backup}-instance`)
    deliver(mine, claim(2, 'ann@corp.example'))
    deliver(shared, claim(10, 'ann@corp.example'))
    expect(world.service.erase(2, START + 70_000)?.events).toBe(4)
    world.service.close()

    await restoreStore(backup, world.path, { force: true })
    const initialModel = defaultModelYaml()
    openWriterService({ store: world.path, initialModel, now: START + 80_000 }, MAIL).close()
    const holds = (text: string) => readFileSync(world.path).includes(text)
    expect(['of-bob', 'of-ann-alone', 'of-ann-there'].map(holds)).toEqual([true, false, false])
    const reader = createSqliteReader(world.path, MAIL)
    const { differences, events, leads } = await reader.verify()
    expect([differences, events, leads]).toEqual([[], 2, 1])
  } finally {
    rmSync(dirname(world.path), { recursive: true })
  }
})

test('who is erased is told of the copies that stand beside the store', async () => {
  const world = createWorld()
  try {
    const claim = eventAt(START, 'identify', { props: { email: 'ann@corp.example' } })
    world.deliver({ browser: randomUUID(), events: [claim] }, START)
    const copies = [`${world.path}-before-2`, `${world.path}.replaced-1`]
    for (const end of ['', '-instance', '.part']) {
      for (const copy of copies) copyFileSync(world.path, copy + end)
    }
    const reader = createSqliteReader(world.path, MAIL)
    const held = await found(reader.held('ld_1', {}, { now: START, retentionMonths: 13 }))
    expect(held.backups.map(({ path }) => path)).toEqual(copies)
    const [copy] = held.backups
    expect(Date.parse(copy?.expires_at ?? '')).toBe(
      Date.parse(copy?.made_at ?? '') + 35 * 86_400_000,
    )
    const gone = world.service.erase(1, START + 1)
    expect(gone?.backups.map(({ path }) => path)).toEqual(copies)
  } finally {
    world.close()
  }
})
