import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { scaled } from '../support/scale.ts'
import { waitFor } from '../support/tag-collector.ts'
import { CHROME, defaultModelYaml, eventAt } from '../support/world.ts'

/** Fourteen months later nothing is left but who people said they are, and the disk has its room back. */

const timeout = 120_000
const DAY = 86_400_000
const OLD = Date.now() - 14 * 31 * DAY
let place = createPlace()
let collector: RunningCollector | null = null

afterEach(async () => {
  await collector?.stop()
  collector = null
  place.remove()
  place = createPlace()
})

/** A store as it was left fourteen months ago, of visits of a week, some by somebody; and a few of today. */
function fillStore(): { readonly old: number; readonly fresh: number } {
  const service = openWriterService(
    { store: place.store, initialModel: defaultModelYaml(), now: OLD, isLimited: false },
    createMailDomains('', ''),
  )
  service.addSite({
    name: 'Old',
    key: 'old',
    writeKey: 'write',
    signingSecret: 'sign',
    origins: [],
    needsSignature: false,
    isGenerated: false,
    createdAt: OLD,
  })
  const visits = scaled(20_000)
  const rawOf = (at: number, n: number) => {
    const session = randomUUID()
    const events = [
      eventAt(at, 'page_view', { session, url: `https://shop.example/${n}`, title: `Page ${n}` }),
      eventAt(at + 5, 'user_engagement', { session, view: randomUUID(), props: { engaged_ms: 9 } }),
      ...(n % 10 === 0
        ? [eventAt(at + 9, 'identify', { session, props: { email: `p${n}@corp.example` } })]
        : []),
      { ...eventAt(at, 'page_view'), id: 'refused' },
    ]
    const body = JSON.stringify({ site: 'old', browser: randomUUID(), human: true, events })
    return { body, receivedAt: at + 10, userAgent: CHROME, origin: null, address: '192.0.2.1' }
  }
  for (let n = 0; n < visits; n += 200) {
    const at = OLD + (n / visits) * 7 * DAY
    service.ingest(Array.from({ length: 200 }, (_, i) => rawOf(at + i, n + i)))
  }
  const fresh = 20
  service.ingest(Array.from({ length: fresh }, (_, i) => rawOf(Date.now() - DAY + i, visits + i)))
  service.close()
  return { old: visits, fresh }
}

function counts() {
  const db = new Database(place.store, { readonly: true })
  const tables = ['event', 'session', 'browser', 'visitor', 'view', 'bucket', 'rejected', 'lead']
  try {
    return Object.fromEntries(
      tables.map((table) => [
        table,
        Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()),
      ]),
    )
  } finally {
    db.close()
  }
}

const run = promisify(execFile)
const pique = async (...args: readonly string[]) =>
  (await run(process.execPath, ['dist/pique.js', ...args, '--store', place.store])).stdout

test('pruned by command: the old is gone, the new and who people are stays, and the file is small', {
  timeout,
}, async () => {
  const { old, fresh } = fillStore()
  const before = counts()
  expect(before).toMatchObject({
    session: old + fresh,
    browser: old + fresh,
    rejected: old + fresh,
  })
  const bytes = statSync(place.store).size
  const said = JSON.parse(await pique('prune', '--vacuum'))
  expect(said).toMatchObject({
    pruned: true,
    sessions: old,
    events: old * 2 + old / 10,
    anonymous: (old / 10) * 9,
    rejected: old,
    texts: old * 2,
    shrunk: true,
  })
  const after = counts()
  expect(after).toMatchObject({ session: fresh, rejected: fresh, lead: before.lead, view: fresh })
  expect(after.browser).toBe(fresh + old / 10)
  expect(statSync(place.store).size).toBeLessThan(bytes / 2)
  expect(await pique('verify')).toContain('No difference')
  // A second time there is nothing to do.
  expect(JSON.parse(await pique('prune'))).toMatchObject({ events: 0, sessions: 0, rejected: 0 })
})

test('a running collector does it when it is told to, and goes on answering meanwhile', {
  timeout,
}, async () => {
  const { old, fresh } = fillStore()
  const bytes = statSync(place.store).size
  const running = await startBuilt('start', place.store)
  collector = running
  const told = pique('prune')
  let answers = 0
  let isDone = false
  void told.finally(() => {
    isDone = true
  })
  let slowest = 0
  while (!isDone) {
    const startedAt = performance.now()
    const events = [eventAt(Date.now(), 'page_view', { url: 'https://shop.example/new' })]
    const body = JSON.stringify({ site: 'old', browser: randomUUID(), human: true, events })
    const answer = await fetch(`${running.url}/e`, {
      method: 'POST',
      body,
      headers: { 'user-agent': CHROME },
    })
    expect(answer.status).toBe(202)
    answers += 1
    slowest = Math.max(slowest, performance.now() - startedAt)
  }
  expect(JSON.parse(await told)).toEqual({ pruned: true, by: 'the running collector' })
  expect(answers).toBeGreaterThan(5)
  expect(slowest).toBeLessThan(2000)
  expect(counts()).toMatchObject({ session: fresh + answers, rejected: fresh })
  expect(counts().browser).toBe(fresh + answers + old / 10)
  // The file is small again by itself, where a good part of it is free.
  await waitFor(
    () => statSync(place.store).size < bytes / 2,
    () => `${statSync(place.store).size} bytes`,
  )
  expect(await pique('verify')).toContain('No difference')
})
