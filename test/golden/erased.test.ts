import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { randomOf } from '../support/random.ts'
import { scaled } from '../support/scale.ts'
import { createWorld, eventAt, found, signatureOf } from '../support/world.ts'
import { DAY, deliverTidily, forWorlds, leadsIn, openStore, readDb, stateOf } from './worlds.ts'

/** Erasing somebody takes all of them, and nothing of anybody else. */

const timeout = 3_600_000
const START = Date.UTC(2026, 2, 3)

interface Person {
  readonly email: string
  readonly browser: string
  readonly events: readonly ReturnType<typeof eventAt>[]
  readonly traces: readonly Buffer[]
}

function personOf(i: number, visit: number, known?: Person): Person {
  const random = randomOf(i * 7 + visit)
  const tag = known ? known.email.slice(0, 8) : randomUUID().slice(0, 8)
  const email = known?.email ?? `${tag}@corp.example`
  const at = START + i * 3000 + visit * 1_000_000
  const traits = { name: `Name ${tag}`, company: 'x'.repeat(random.int(60)) }
  const events = [
    eventAt(at, 'page_view', { url: `https://shop.example/p/${tag}/${visit}` }),
    eventAt(at + 100, 'identify', { props: { email, user_id: `user ${tag}`, traits } }),
  ]
  const hex = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
  const browser = known?.browser ?? randomUUID()
  const traces = [...(known?.traces ?? [Buffer.from(tag), hex(browser)])]
  return { email, browser, events, traces: [...traces, ...events.map(({ id }) => hex(id))] }
}

// SQLite leaves copies of rows where it moves them between pages; those, too, are gone.
test('no page of a grown store shows a byte of the erased', { timeout }, () => {
  const world = createWorld()
  try {
    let people = Array.from({ length: scaled(6000) }, (_, i) => personOf(i, 0))
    for (const visit of [0, 1, 2]) {
      if (visit > 0) people = people.map((one, i) => personOf(i, visit, one))
      for (let i = 0; i < people.length; i += 250) {
        world.deliverGroup(
          people.slice(i, i + 250).map(({ browser, events }, k) => {
            const [a, b] = [10 + ((i + k) >> 8), (i + k) & 255]
            const receivedAt = (events[1]?.at ?? 0) + 1000
            return [{ browser, human: true, events }, receivedAt, { address: `${a}.${b}.7.1` }]
          }),
        )
      }
    }
    const erased = people.filter((_, i) => i % 10 === 0)
    const bytes = () => Buffer.concat(['', '-wal'].map((end) => readFileSync(world.path + end)))
    const before = bytes()
    for (const { traces } of erased) expect(traces.every((one) => before.includes(one))).toBe(true)
    for (const { email } of erased) {
      const lead = readDb(world.path, (db) =>
        db.prepare('SELECT lead FROM lead_key WHERE value = ?').pluck().get(email),
      )
      expect(world.service.erase(Number(lead), START + 100 * DAY)?.isGone).toBe(true)
    }
    const after = bytes()
    const left = erased.flatMap(({ traces }) => traces.filter((one) => after.includes(one)))
    expect(left.map((one) => one.toString('latin1'))).toEqual([])
  } finally {
    world.close()
  }
})

test('whoever is not erased is as before: events, counts, sessions, links and stages', {
  timeout,
}, async () => {
  await forWorlds(async (worlds) => {
    const store = openStore()
    try {
      deliverTidily(store, worlds)
      const before = stateOf(store.path)
      // Of every fifth world everybody goes; worlds share no browser and no person.
      const going = worlds.filter((_, i) => i % 5 === 0)
      const leads = going.flatMap(({ tag }) => leadsIn(store.path, tag))
      const browsers = new Set(
        leads.flatMap(({ ref }) =>
          readDb(store.path, (db) =>
            db
              .prepare(
                `SELECT DISTINCT hex(b.key) FROM claim c JOIN browser b ON b.id = c.browser
                 WHERE c.lead = ?`,
              )
              .pluck()
              .all(ref)
              .map(String),
          ),
        ),
      )
      for (const { ref } of leads) store.service.erase(ref, START + 60 * DAY)
      const after = stateOf(store.path)
      for (const subject of ['events', 'buckets', 'sessions', 'views', 'visitors', 'claims']) {
        const isOther = (line: string) => ![...browsers].some((key) => line.includes(key))
        expect([subject, after[subject]?.filter(isOther)]).toEqual([
          subject,
          before[subject]?.filter(isOther),
        ])
      }
      for (const { tag } of going) {
        expect(after.leads?.filter((line) => line.includes(`:${tag}`))).toEqual([])
      }
      expect((await store.verify()).differences).toEqual([])
    } finally {
      store.close()
    }
  })
})

test('a number that was somebody’s is nobody else’s afterwards', async () => {
  const world = createWorld()
  const reader = createSqliteReader(world.path, createMailDomains('', ''))
  try {
    const visit = (email: string, title: string, at: number) =>
      world.deliver(
        {
          browser: randomUUID(),
          human: true,
          events: [
            eventAt(at, 'page_view', { url: `https://shop.example/${title}`, title }),
            eventAt(at + 1, 'identify', { props: { email } }),
          ],
        },
        at + 1000,
      )
    visit('ann@corp.example', 'First', START)
    visit('bob@corp.example', 'Secret of Bob', START + 1000)
    const numbers = () =>
      readDb(world.path, (db) =>
        ['browser', 'visitor', 'session', 'lead', 'text'].map((table) =>
          Number(db.prepare(`SELECT max(id) FROM ${table}`).pluck().get()),
        ),
      )
    const before = numbers()
    const titles = async (email: string) =>
      (await found(reader.timeline(`email:${email}`, {}, START + DAY))).data.flatMap(({ events }) =>
        events.map(({ title }) => title),
      )
    // The reader remembers texts by their number.
    expect(await titles('bob@corp.example')).toContain('Secret of Bob')
    world.service.erase(2, START + 2000)
    world.restart(START + 3000)
    visit('cat@corp.example', 'Of Cat', START + 4000)
    expect(numbers().every((number, i) => number > (before[i] ?? 0))).toBe(true)
    expect(await titles('cat@corp.example')).toEqual(['Of Cat', null])
  } finally {
    world.close()
  }
})

test('where somebody was erased before, the next person’s time begins where it began', async () => {
  const world = createWorld()
  const db = new Database(world.path, { readonly: true })
  try {
    const browser = randomUUID()
    const events = ['ann@corp.example', 'bob@corp.example'].flatMap((email, i) => {
      const at = START + i * DAY
      return [
        eventAt(at, 'page_view', { url: 'https://shop.example/pricing' }),
        eventAt(at + 1000, 'identify', { props: { email } }),
      ]
    })
    for (const event of events) {
      world.deliver({ browser, human: true, events: [event] }, event.at + 10)
    }
    const bobs = () => db.prepare('SELECT from_at, first_at FROM visitor WHERE lead = 2').all()
    const before = bobs()
    expect(before).toEqual([{ from_at: START + DAY + 1000, first_at: START + DAY + 1000 }])
    expect(world.service.erase(1, START + 2 * DAY)).toMatchObject({ events: 3, visitors: 1 })
    expect(bobs()).toEqual(before)
    // Ann's time, late and again; and something of it that never came.
    const late = [...events, eventAt(START + 5, 'page_view', { url: 'https://shop.example/late' })]
    const answer = world.deliver({ browser, human: true, events: late }, START + 2 * DAY + 5)
    expect(answer).toMatchObject({ accepted: 0, duplicates: 1, ignored: 4 })
    expect(bobs()).toEqual(before)
    expect((await world.verify()).differences).toEqual([])
  } finally {
    db.close()
    world.close()
  }
})

test('a visit without a session that falls apart when its middle is erased is two', async () => {
  const world = createWorld()
  try {
    const minute = (m: number) => START + m * 60_000
    const claim = (m: number, email: string) => eventAt(minute(m), 'identify', { props: { email } })
    const views = [0, 21, 40, 60, 81].map((m) => eventAt(minute(m), 'page_view'))
    const ann = [claim(1, 'ann@corp.example'), claim(80, 'ann@corp.example')]
    const events = [...views, ...ann, claim(20, 'bob@corp.example')]
    world.deliver({ browser: randomUUID(), human: true, events }, minute(100))
    expect(world.service.erase(2, minute(101))?.events).toBe(4)
    const sessions = () =>
      readDb(world.path, (db) =>
        db.prepare('SELECT start_at, end_ms FROM session ORDER BY start_at').raw().all(),
      )
    expect(sessions()).toEqual([
      [minute(0), 60_000],
      [minute(80), 60_000],
    ])
    expect((await world.verify()).differences).toEqual([])
  } finally {
    world.close()
  }
})

test('a session that goes on after all of it was erased begins anew', async () => {
  const world = createWorld()
  try {
    const [browser, session] = [randomUUID(), randomUUID()]
    const claim = (at: number, email: string) => eventAt(at, 'identify', { props: { email } })
    const own = eventAt(START + DAY, 'page_view', { session })
    const events = [claim(START, 'ann@corp.example'), claim(START + DAY - 1, 'bob@corp.example')]
    world.deliver({ browser, human: true, events: [...events, own] }, START + DAY + 1)
    world.service.erase(2, START + DAY + 2)
    const later = eventAt(START + DAY + 3, 'page_view', { session })
    world.deliver({ browser, human: true, events: [later] }, START + DAY + 4)
    expect((await world.verify()).differences).toEqual([])
  } finally {
    world.close()
  }
})

test('who held a browser is told anew where a claim named the erased alone', async () => {
  const world = createWorld()
  try {
    // Proofs part the id from the e-mail; the claims of before stay with the e-mail's lead.
    const says = (browser: string, second: number, ids: { email?: string; user_id?: string }) => {
      const at = START + second * 1000
      const isProof = second > 1
      const props = { ...ids, ...(isProof && { signature: signatureOf(ids, at + 60_000) }) }
      world.deliver({ browser, human: true, events: [eventAt(at, 'identify', { props })] }, at)
    }
    const browser = randomUUID()
    says(browser, 0, { email: 'ann@corp.example', user_id: 'u1' })
    says(browser, 1, { user_id: 'u1' })
    says(randomUUID(), 2, { email: 'ann@corp.example' })
    says(randomUUID(), 3, { user_id: 'u1' })
    expect(world.service.erase(2, START + DAY)).not.toBeNull()
    expect((await world.verify()).differences).toEqual([])
  } finally {
    world.close()
  }
})

test('what was undone of the erased and others alike stays undone for the others', async () => {
  const world = createWorld()
  try {
    const says = (browser: string, second: number, props: { email?: string; user_id?: string }) => {
      const at = START + second * 1000
      world.deliver({ browser, events: [eventAt(at, 'identify', { props })] }, START + DAY)
    }
    const browser = randomUUID()
    says(randomUUID(), 0, { email: 'cat@corp.example' })
    says(browser, 1, { user_id: 'u1' })
    says(browser, 2, { user_id: 'u1', email: 'cat@corp.example' })
    const visitor = readDb(world.path, (db) =>
      db.prepare('SELECT id FROM visitor WHERE lead = 2').pluck().get(),
    )
    world.service.unlink({ visitor: Number(visitor), lead: 2, at: START + DAY, by: 'test' })
    says(browser, 3, { email: 'cat@corp.example' })
    world.service.erase(2, START + DAY)
    expect((await world.verify()).differences).toEqual([])
  } finally {
    world.close()
  }
})

test('what was erased without a cookie stays away, from whatever network it is sent again', async () => {
  const world = createWorld()
  try {
    const view = eventAt(START, 'page_view', { url: 'https://shop.example/pricing' })
    const claim = eventAt(START + 1, 'identify', { props: { email: 'ann@corp.example' } })
    const batch = { human: true, events: [view, claim] }
    expect(world.deliver(batch, START + 2).accepted).toBe(2)
    world.service.erase(1, START + 3)
    const elsewhere = { address: '198.51.100.7' }
    expect(world.deliver(batch, START + 4, elsewhere)).toMatchObject({ accepted: 0, ignored: 2 })
    const later = { human: true, events: [eventAt(START + 5, 'page_view')] }
    expect(world.deliver(later, START + 6, elsewhere).accepted).toBe(1)
  } finally {
    world.close()
  }
})
