import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { copyStore } from '../../collector/store/sqlite/backup.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { scaled } from '../support/scale.ts'
import { CHROME, createWorld, eventAt } from '../support/world.ts'

/** What is not to be written down is in no file of the collector and in none of its logs. */

const DAY = 86_400_000
const timeout = 60_000
let place = createPlace()
let collector: RunningCollector | null = null

afterEach(async () => {
  await collector?.stop()
  collector = null
  place.remove()
  place = createPlace()
})

function filesOf(store: string, logs = ''): readonly (readonly [string, Buffer])[] {
  const directory = dirname(store)
  return [
    ...readdirSync(directory).map((name) => [name, readFileSync(join(directory, name))] as const),
    ['log', Buffer.from(logs)],
  ]
}

/** Which of these any file shows, and which file. */
function shownIn(files: ReturnType<typeof filesOf>, needles: readonly (string | Buffer)[]) {
  return needles.flatMap((needle) =>
    files
      .filter(([, bytes]) => bytes.includes(needle))
      .map(([name]) => `${Buffer.isBuffer(needle) ? needle.toString('hex') : needle} in ${name}`),
  )
}

async function start(...args: readonly string[]) {
  const running = await startBuilt('start', place.store, args)
  collector = running
  const sites = (await (await running.api('/sites')).json()) as { data: { key: string }[] }
  const site = sites.data[0]?.key ?? ''
  const send = async (batch: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${running.url}/e`, {
      method: 'POST',
      body: JSON.stringify({ site, ...batch }),
      headers: { 'user-agent': CHROME, ...headers },
    })
    expect(answer.status).toBe(202)
    return (await answer.json()) as { accepted: number; rejected: readonly { code: string }[] }
  }
  return { running, send }
}

/** A long random part, as tokens have: letters and digits. */
const token = () => randomBytes(24).toString('hex')
const shop = 'https://shop.example'

/** Sixty secrets, each where sites put them; sent by something that cleans nothing. */
function withSecrets() {
  const secrets: string[] = []
  const secret = (make: (n: number) => string) => {
    const one = make(secrets.length)
    secrets.push(one)
    return one
  }
  const mail = () => secret((n) => `someone${n}.private@mail${n}.example`)
  const places: ((n: number) => object)[] = [
    () => ({ url: `${shop}/?email=${encodeURIComponent(mail())}` }),
    () => ({ url: `${shop}/reset?token=${secret(token)}` }),
    () => ({ url: `${shop}/u/${mail()}/orders` }),
    () => ({ url: `${shop}/invite/${secret(token)}` }),
    () => ({ url: `${shop}/a#access_token=${secret(token)}` }),
    () => ({ url: `https://jane:${secret((n) => `pass-word-${n}`)}@shop.example/` }),
    () => ({ url: `${shop}/?utm_content=${encodeURIComponent(mail())}` }),
    () => ({ url: `${shop}/?gclid=${secret(token)}` }),
    () => ({ url: `${shop}/`, referrer: `https://mail.example/read?to=${mail()}` }),
    () => ({ url: `${shop}/`, referrer: `https://mail.example/t/${secret(token)}` }),
    () => ({ url: `${shop}/`, title: `Orders of ${mail()}` }),
    () => ({ url: `${shop}/`, title: `Key ${secret(token)}` }),
    () => ({ url: `${shop}/pay/${secret((n) => cardOf(n))}` }),
    () => ({ url: `${shop}/`, props: { note: `write to ${mail()}` } }),
    () => ({ url: `${shop}/`, props: { link_url: `/reset?token=${secret(token)}` } }),
  ]
  const events = Array.from({ length: 60 }, (_, n) =>
    eventAt(Date.now() - 60_000 + n, 'page_view', places[n % places.length]?.(n)),
  )
  expect(secrets.length).toBe(60)
  return { secrets, events }
}

/** A number that passes a card's check digit. */
function cardOf(n: number): string {
  const body = `411111${String(100_000_000 + n * 7919)}`
  const sum = [...body].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 0 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

test('of 60 secrets in addresses, referrers, titles and props none is in any file; campaigns are', {
  timeout,
}, async () => {
  const { running, send } = await start('--trusted-proxies', '127.0.0.1/32')
  const { secrets, events } = withSecrets()
  const browser = randomUUID()
  const campaigns = Array.from({ length: 20 }, (_, n) => `spring_sale-${n}_b`)
  const landings = campaigns.map((name, n) =>
    eventAt(Date.now() - 50_000 + n, 'page_view', {
      url: `${shop}/?utm_source=letter&utm_medium=email&utm_campaign=${name}`,
    }),
  )
  expect((await send({ browser, events: [...events, ...landings] })).accepted).toBe(80)
  // Refused events are kept as a sample.
  const wrong = events.map((event) => ({ ...event, id: 'no id' }))
  expect((await send({ browser: randomUUID(), events: wrong })).rejected.length).toBe(60)
  // So are those that wait for somebody's word: more new people than one network has.
  const secretPages = events.map(({ url }) => url)
  let held = 0
  for (let n = 0; n < 80; n += 1) {
    const batch = {
      browser: randomUUID(),
      events: [
        eventAt(Date.now() - 1000, 'identify', {
          url: secretPages[n % 60] ?? '',
          props: { email: `person${n}@corp.example` },
        }),
      ],
    }
    const { rejected } = await send(batch, { 'x-forwarded-for': '203.0.113.7' })
    held += rejected.filter(({ code }) => code === 'held_for_review').length
  }
  expect(held).toBeGreaterThan(10)
  const files = filesOf(place.store, running.logs())
  expect(shownIn(files, secrets)).toEqual([])
  expect(shownIn(files, secrets.map(encodeURIComponent))).toEqual([])
  for (const name of campaigns) expect(shownIn(files, [name])).not.toEqual([])
  expect(running.logs()).not.toContain('@')
})

test('no address of a visitor is in any file, though each was read', { timeout }, async () => {
  const { running, send } = await start('--trusted-proxies', '127.0.0.1/32')
  const count = scaled(1000)
  const addresses = Array.from({ length: count }, (_, n) => {
    const [a = 0, b = 0, c = 0] = randomBytes(3)
    return n % 4 === 0
      ? `2a0${a % 10}:${b.toString(16)}f:${c.toString(16)}e:${n.toString(16)}::${a.toString(16)}7`
      : `${100 + (n % 20)}.${100 + (a % 100)}.${100 + (b % 100)}.${100 + (c % 100)}`
  })
  for (let n = 0; n < count; n += 20) {
    await Promise.all(
      addresses.slice(n, n + 20).map(async (address) => {
        const event = eventAt(Date.now() - 1000, 'page_view', { url: `${shop}/` })
        const headers = { 'x-forwarded-for': `${address}, 127.0.0.1` }
        expect((await send({ events: [event] }, headers)).accepted).toBe(1)
      }),
    )
  }
  // A wrong password is tried per address too.
  const login = await fetch(`${running.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'x@x.example', password: 'wrong' }),
    headers: { 'x-forwarded-for': addresses[0] ?? '', 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  })
  expect(login.status).toBeGreaterThanOrEqual(200)
  const db = new Database(place.store, { readonly: true })
  // Cookieless visitors are told apart by their address: each was seen.
  const seen = db.prepare('SELECT count(*) FROM browser WHERE cookieless = 1').pluck().get()
  db.close()
  expect(seen).toBe(new Set(addresses).size)
  expect(shownIn(filesOf(place.store, running.logs()), addresses)).toEqual([])
  expect(running.logs()).not.toContain('@')
})

test('a salt that is older than two days is in no file, nor in a copy; a day later one has another name', async () => {
  const start = Date.UTC(2026, 2, 3, 12)
  const world = createWorld({ now: start })
  try {
    const visit = (at: number) =>
      world.deliver({ events: [eventAt(at, 'page_view', { url: `${shop}/` })] }, at)
    const read = (sql: string) => {
      const db = new Database(world.path, { readonly: true })
      const rows = db.prepare(sql).pluck().all() as Buffer[]
      db.close()
      return rows
    }
    visit(start)
    const [first] = read('SELECT value FROM salt')
    if (!first) throw new Error('no salt')
    expect(shownIn(filesOf(world.path), [first])).not.toEqual([])
    visit(start + DAY)
    expect(new Set(read('SELECT hex(key) FROM browser')).size).toBe(2)
    for (let at = start; at <= start + 2 * DAY; at += 3_600_000) world.service.forgetSalts(at)
    visit(start + 2 * DAY)
    expect(shownIn(filesOf(world.path), [first])).toEqual([])
    await copyStore(world.path, `${world.path}-copy`, () => {})
    expect(shownIn(filesOf(world.path), [first])).toEqual([])
    expect(filesOf(world.path).map(([name]) => name)).toContain('pique.db-copy')
  } finally {
    world.close()
  }
})
