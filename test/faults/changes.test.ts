import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { EventSource } from 'eventsource'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHANGE_TYPES, type ChangeJson } from '../../collector/store/change-shapes.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME } from '../support/world.ts'

/** The feed as other systems read it: the real client of server-sent events, and one that asks again and again. */

const KEY = 'an admin key of at least 32 characters'
let place: ReturnType<typeof createPlace>
let collector: RunningCollector
let site: string

beforeEach(async () => {
  place = createPlace()
  collector = await startBuilt('start', place.store)
  const { data } = await (await collector.api('/sites')).json()
  site = data[0].key
})
afterEach(async () => {
  await collector?.stop('SIGKILL')
  place.remove()
})

async function until(what: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const refused = new Set<string>()
/** Somebody says who they are, or raises a hand; sent again until it is taken. */
async function send(browser: string, type: string, props: object): Promise<void> {
  const id = randomUUID()
  for (let tries = 0; tries < 400; tries += 1) {
    const now = Date.now()
    const events = [{ id, type, at: now, props }]
    const body = JSON.stringify({ site, browser, human: true, sentAt: now, events })
    const headers = { 'user-agent': CHROME }
    const answer = await fetch(`${collector.url}/e`, { method: 'POST', body, headers }).catch(
      () => null,
    )
    if (answer?.status === 202) {
      for (const { code } of (await answer.json()).rejected) refused.add(code)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('nobody takes it')
}

/** A client that keeps all it was sent; wherever the collector is now. */
function listen(path = '/api/v1/stream') {
  const entries: ChangeJson[] = []
  const source = new EventSource(`http://pique.invalid${path}`, {
    fetch: (url, init) => {
      const { pathname, search } = new URL(String(url))
      const headers = { ...init.headers, authorization: `Bearer ${KEY}` }
      return fetch(`${collector.url}${pathname}${search}`, { ...init, headers })
    },
  })
  for (const type of CHANGE_TYPES) {
    source.addEventListener(type, ({ data, lastEventId }) => {
      const entry: ChangeJson = JSON.parse(data)
      expect([entry.id, entry.type]).toEqual([lastEventId, type])
      entries.push(entry)
    })
  }
  return { entries, close: () => source.close() }
}

/** Asks for what is new, as fast as it is answered, until it is told to stop and nothing is left. */
function poll() {
  const entries: ChangeJson[] = []
  let isEnding = false
  async function run(): Promise<void> {
    let after = '0'
    for (;;) {
      const mayEnd = isEnding
      const answer = await collector.api(`/changes?limit=7&after=${after}`).catch(() => null)
      if (answer?.status !== 200) continue
      const page = await answer.json().catch(() => null)
      if (page === null) continue
      entries.push(...page.data)
      after = page.next_cursor
      if (page.data.length === 0 && mayEnd) return
    }
  }
  const done = run()
  return {
    entries,
    async end() {
      isEnding = true
      await done
    },
  }
}

const ids = (entries: readonly ChangeJson[]) => entries.map(({ id }) => id)
/** Every change of a stage, in words, in order of words. */
const steps = (entries: readonly ChangeJson[]) =>
  entries
    .flatMap((one) =>
      one.type === 'lead.stage_changed' ? `${one.lead} ${one.from} ${one.to}` : [],
    )
    .sort()
const known = (entries: readonly ChangeJson[]) =>
  new Set(entries.flatMap((one) => (one.type === 'lead.identified' ? one.lead : [])))

test('killed in the middle: the stream goes on where it was, and a poller misses nothing', async () => {
  const stream = listen()
  const poller = poll()
  const people = Array.from({ length: 24 }, (_, i) => ({ browser: randomUUID(), i }))
  const act = async ({ browser, i }: (typeof people)[number]) => {
    await send(browser, 'identify', { email: `p${i}@corp.example` })
    await send(browser, 'page_view', {})
    await send(browser, 'request_demo', {})
  }
  const first = Promise.all(people.slice(0, 12).map(act))
  await until(() => stream.entries.length > 3)
  const dead = collector
  dead.process.kill('SIGKILL')
  await new Promise((resolve) => dead.process.once('exit', resolve))
  collector = await startBuilt('start', place.store)
  await Promise.all([first, ...people.slice(12).map(act)])
  const outcome = { type: 'qualify_lead' }
  for (const id of ['ld_1', 'ld_2']) {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(outcome) }
    expect((await collector.api(`/leads/${id}/outcomes`, init)).status).toBe(201)
  }
  await poller.end()
  const { data: leads } = await (await collector.api('/leads?limit=100')).json()
  expect([...refused]).toEqual([])
  expect(leads).toHaveLength(24)
  const db = new Database(place.store, { readonly: true })
  const decided = db
    .prepare("SELECT 'ld_' || lead || ' ' || from_stage || ' ' || to_stage FROM decision")
    .pluck()
    .all()
    .sort()
  db.close()
  expect(decided).toHaveLength(26)
  await until(() => steps(stream.entries).length >= 26 && known(stream.entries).size >= 24)
  for (const { entries } of [stream, poller]) {
    expect(new Set(ids(entries)).size).toBe(entries.length)
    expect(steps(entries)).toEqual(decided)
    expect(known(entries)).toEqual(new Set(leads.map(({ id }: { id: string }) => id)))
    // The newest that was said of a score is the one there is.
    for (const { id, score_milli: milli, stage } of leads) {
      const last = entries.findLast((one) => one.lead === id && one.type === 'lead.score_changed')
      expect(last).toMatchObject({ score_milli: milli, stage })
    }
  }
  stream.close()
})

test('an old connection ends with its key and with the collector, and holds neither up', async () => {
  const keyOf = async () => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'reader', scopes: ['read'] }),
    }
    return (await collector.api('/keys', init)).json()
  }
  const open = (key: string, path = '/stream') =>
    fetch(`${collector.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } })
  /** When it ended, in milliseconds from now. */
  const endOf = async (answer: Response) => {
    const begun = Date.now()
    await answer.text()
    return Date.now() - begun
  }
  const { id, key } = await keyOf()
  const answer = await open(key)
  const headers = Object.fromEntries(answer.headers)
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  expect(headers['content-encoding']).toBeUndefined()
  const ended = endOf(answer)
  await collector.api(`/keys/${id}`, { method: 'DELETE' })
  expect(await ended).toBeLessThan(5000)
  expect((await open(key)).status).toBe(401)

  const others = await Promise.all(Array.from({ length: 100 }, () => open(KEY)))
  const full = await open(KEY)
  expect([full.status, full.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await full.json()).toMatchObject({ code: 'too_many_streams' })
  // A place that is left is free again.
  await others.pop()?.body?.cancel()
  await until(async () => {
    const next = await open(KEY, '/stream?after=now&types=lead.erased')
    if (next.status === 200) others.push(next)
    return next.status === 200
  })
  const all = others.map(endOf)
  const begun = Date.now()
  expect(await collector.stop()).toBe(0)
  expect(Date.now() - begun).toBeLessThan(5000)
  await Promise.all(all)
})

test('one change is there within a second, only of the types asked for', async () => {
  const stages = listen('/api/v1/stream?types=lead.stage_changed&after=now')
  const all = listen()
  const browser = randomUUID()
  await send(browser, 'identify', { email: 'ada@corp.example' })
  await until(() => all.entries.length > 0)
  await send(browser, 'request_demo', {})
  const begun = Date.now()
  await until(() => stages.entries.length > 0)
  expect(Date.now() - begun).toBeLessThan(1500)
  expect(stages.entries).toMatchObject([
    { lead: 'ld_1', from: 'lead', to: 'mql', by: 'hand_raise' },
  ])
  await until(() => all.entries.some(({ type }) => type === 'lead.stage_changed'))
  stages.close()
  all.close()
})
