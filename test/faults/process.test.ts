import { spawnSync } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME } from '../support/world.ts'

/** What the published contract says of a process that is killed, doubled, misconfigured or stopped. */

const places: { remove(): void }[] = []
const running: RunningCollector[] = []

function newPlace() {
  const place = createPlace()
  places.push(place)
  return place
}

async function start(store: string): Promise<RunningCollector> {
  const collector = await startBuilt('start', store)
  running.push(collector)
  return collector
}

afterEach(async () => {
  for (const collector of running.splice(0)) await collector.stop('SIGKILL')
  for (const place of places.splice(0)) place.remove()
})

function pique(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/pique.js', ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

async function siteKey(collector: RunningCollector): Promise<string> {
  const { data } = await (await collector.api('/sites')).json()
  return data[0].key
}

/** Sends batches until told to stop, keeping its own ledger; repeats what was not answered, with the same ids. */
async function client(
  site: string,
  urlNow: () => string,
  isDone: () => boolean,
  acked: Set<string>,
): Promise<void> {
  const browser = randomUUID()
  const session = randomUUID()
  while (!isDone()) {
    const now = Date.now()
    const events = Array.from({ length: 1 + randomInt(5) }, (_, i) => ({
      id: randomUUID(),
      type: i % 2 ? 'view_item' : 'page_view',
      at: now - i,
      session,
      url: 'https://shop.example/pricing',
    }))
    if (randomInt(4) === 0) {
      const email = `person${randomInt(5)}@corp.example`
      events.push({ ...events[0]!, id: randomUUID(), type: 'identify', ...{ props: { email } } })
    }
    const body = JSON.stringify({ site, browser, sentAt: now, human: randomInt(2) === 0, events })
    for (let isTaken = false; !isTaken; ) {
      try {
        const answer = await fetch(`${urlNow()}/e`, {
          method: 'POST',
          body,
          headers: { 'user-agent': CHROME },
        })
        if (answer.status === 202) {
          const { rejected } = await answer.json()
          expect(rejected).toEqual([])
          for (const { id } of events) acked.add(id)
          isTaken = true
        }
      } catch {
        // No collector, or it died with our request in hand: ask again, that is what clients do.
      }
      if (!isTaken) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

test('kill -9 under load loses no acknowledged event, and every score stays exact', async () => {
  const KILLS = 8
  const CLIENTS = 12
  const { store } = newPlace()
  const acked = new Set<string>()
  let collector = await start(store)
  const site = await siteKey(collector)
  let isDone = false
  const clients = Array.from({ length: CLIENTS }, () =>
    client(
      site,
      () => collector.url,
      () => isDone,
      acked,
    ),
  )
  for (let i = 0; i < KILLS; i += 1) {
    const before = acked.size
    while (acked.size < before + 50)
      await new Promise((resolve) => setTimeout(resolve, randomInt(40)))
    await collector.stop('SIGKILL')
    collector = await start(store)
  }
  isDone = true
  await Promise.all(clients)
  expect(await collector.stop()).toBe(0)

  const db = new Database(store, { readonly: true })
  const stored = db.prepare('SELECT lower(hex(id)) FROM event').pluck().all() as string[]
  db.close()
  const distinct = new Set(stored)
  expect(stored.length).toBe(distinct.size)
  expect([...acked].filter((id) => !distinct.has(id.replaceAll('-', '')))).toEqual([])
  expect(acked.size).toBeGreaterThan(KILLS * 50)
  const verified = pique('verify', '--store', store)
  expect(verified.stdout).toContain('No difference')
  expect(verified.status).toBe(0)
}, 120_000)

test('SIGTERM under load answers what it took and exits 0', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const statuses: (number | 'refused')[] = []
  const shoot = async () => {
    const event = { id: randomUUID(), type: 'page_view', at: Date.now() }
    const body = JSON.stringify({ site, browser: randomUUID(), events: [event] })
    const sent = fetch(`${collector.url}/e`, { method: 'POST', body })
    statuses.push(await sent.then((answer) => answer.status).catch(() => 'refused' as const))
  }
  await Promise.all(Array.from({ length: 20 }, shoot))
  const burst = Array.from({ length: 200 }, shoot)
  const code = collector.stop()
  await Promise.all(burst)
  expect(await code).toBe(0)
  const db = new Database(store, { readonly: true })
  const stored = db.prepare('SELECT count(*) FROM event').pluck().get()
  db.close()
  expect(stored).toBe(statuses.filter((status) => status === 202).length)
})

test('a second collector on the same store is refused, and says why', async () => {
  const { store } = newPlace()
  await start(store)
  const second = pique('start', '--port', '0', '--store', store)
  expect(second.status).toBe(1)
  expect(second.stderr).toContain('another collector is running on')
})

test('bad settings are reported all at once, exit 78', () => {
  const { status, stderr } = pique(
    'start',
    '--port',
    'abc',
    '--trusted-proxies',
    '10.0.0.0/99',
    '--public-url',
    'x',
  )
  expect(status).toBe(78)
  expect(stderr).toContain('--port is "abc"; expected a whole number from 0 to 65535')
  expect(stderr).toContain('--trusted-proxies is "10.0.0.0/99"')
  expect(stderr).toContain('--public-url is "x"')
})

test('verify names the lead, rule and day of a count that was altered by hand', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const at = Date.now() - 1000
  const events = [
    { id: randomUUID(), type: 'add_to_cart', at },
    { id: randomUUID(), type: 'identify', at, props: { email: 'ann@corp.example' } },
  ]
  const sent = await fetch(`${collector.url}/e`, {
    method: 'POST',
    body: JSON.stringify({ site, browser: randomUUID(), sentAt: at + 1000, human: true, events }),
    headers: { 'user-agent': CHROME },
  })
  expect((await sent.json()).accepted).toBe(2)
  await collector.stop()
  expect(pique('verify', '--store', store).status).toBe(0)

  const db = new Database(store)
  const rule = "(SELECT id FROM rule WHERE name = 'cart')"
  expect(db.prepare(`UPDATE bucket SET count = 7 WHERE rule = ${rule}`).run().changes).toBe(1)
  db.close()
  const { status, stdout } = pique('verify', '--store', store)
  expect(status).toBe(1)
  const day = new Date(at).toISOString().slice(0, 10)
  expect(stdout).toContain(`ld_1: rule cart on ${day}: stored {"count":7`)
  expect(stdout).not.toContain('@')
})

test('logs are JSON lines without anybody in them', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  await fetch(`${collector.url}/e`, { method: 'POST', body: '{"site":"x\\n@","events":[]}' })
  await fetch(`${collector.url}/leads/email:ann@corp.example`)
  await collector.stop()
  const lines = collector.logs().split('\n').filter(Boolean)
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
  expect(collector.logs()).not.toContain('@')
})
