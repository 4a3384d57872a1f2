import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { randomOf } from '../support/random.ts'
import { scaled } from '../support/scale.ts'
import { createWorld, eventAt, found, type World } from '../support/world.ts'

/** Links in e-mails: who came by one, that it counts for people alone, and that nothing else comes of one. */

const NOW = Date.UTC(2026, 5, 10, 12)
const DAY = 86_400_000
const ANN = 'ann@corp.example'
const SHOP = 'https://shop.example'

let world: World
let reader: InternalReader

beforeEach(() => {
  world = createWorld({ now: NOW - DAY })
  reader = createSqliteReader(world.path, createMailDomains('', ''))
})
afterEach(async () => {
  expect((await world.verify()).differences).toEqual([])
  world.close()
})

function linkFor(
  email: string | null,
  more: { userId?: string; days?: number; url?: string } = {},
) {
  const { userId = null, days = 30, url = `${SHOP}/pricing` } = more
  const asked = { url, email, userId, campaign: 'spring' }
  const made = world.service.addEmailLinks({ site: 1, links: [asked], now: NOW - DAY, days })
  return made?.[0]?.address ?? ''
}

interface Visit {
  readonly url: string
  readonly at?: number
  readonly browser?: string
  readonly human?: boolean
  readonly referrer?: string
  readonly more?: readonly WireEvent[]
  readonly extra?: Parameters<World['deliver']>[2]
}

function visit({ url, at = NOW, human = true, referrer, more = [], ...rest }: Visit) {
  const { browser = randomUUID(), extra } = rest
  const session = randomUUID()
  const view = eventAt(at, 'page_view', { session, url, referrer: referrer ?? '', title: 'Prices' })
  const events = [view, ...more.map((event) => ({ ...event, session }))]
  const batch = { browser, human, sentAt: at + 1000, events }
  const send = (isHuman = human) => world.deliver({ ...batch, human: isHuman }, at + 1000, extra)
  return { browser, view, send, answer: send() }
}

const rows = (sql: string) => {
  const db = new Database(world.path, { readonly: true })
  try {
    return db.prepare(sql).raw().all() as unknown[][]
  } finally {
    db.close()
  }
}
const counted = () => {
  world.service.work(NOW)
  world.service.look(NOW)
  const found = rows("SELECT name, value FROM counter WHERE name LIKE 'email_link:%' ORDER BY name")
  return Object.fromEntries(found.map(([name, value]) => [String(name).slice(11), value]))
}
const leadOf = (who = `email:${ANN}`) => found(reader.lead(who, {}, NOW + 1000))
const clickOf = ({ reasons }: Awaited<ReturnType<typeof leadOf>>) =>
  reasons.find(({ rule }) => rule === 'email_click')?.milli ?? 0

test('a click says weakly who it is, counts once, and is told as it was sent', async () => {
  const url = linkFor(ANN)
  expect(url).toMatch(
    /^https:\/\/shop\.example\/pricing\?utm_source=email&utm_medium=email&utm_campaign=spring&utm_pique=[0-9a-f]{20}\.[0-9a-f]{20}$/,
  )
  const clicked = visit({ url, referrer: 'https://mail.example/inbox' })
  expect(clicked.answer).toEqual({ accepted: 1, duplicates: 0, ignored: 0, rejected: [] })
  expect(clicked.send()).toEqual({ accepted: 0, duplicates: 1, ignored: 0, rejected: [] })
  const lead = await leadOf()
  expect(clickOf(lead)).toBe(3000)
  expect(lead.first_touch).toMatchObject({ channel: 'Email', medium: 'email', campaign: 'spring' })
  expect(lead.first_touch?.landing).not.toContain('pique')
  expect(await found(reader.identities(lead.id, {}))).toMatchObject([
    { browser: clicked.browser, evidence: 'email_link', strength: 'weak' },
  ])
  const { data } = await found(reader.timeline(lead.id, {}, NOW + 1000))
  const events = data.flatMap((session) => session.events)
  expect(events.map(({ type }) => type).sort()).toEqual(['email_click', 'page_view'])
  expect(events.find(({ type }) => type === 'email_click')).toMatchObject({ milli: 3000 })
  expect(rows('SELECT count(*) FROM event')).toEqual([[2]])
  expect(counted()).toEqual({ clicked: 2 })
})

test('a user id does as well as an e-mail; what the address says itself stays', async () => {
  const url = linkFor(null, { userId: '42', url: `${SHOP}/a?x=1%202&utm_source=letter#/b` })
  expect(url).toMatch(
    /^https:\/\/shop\.example\/a\?x=1%202&utm_source=letter&utm_campaign=spring&utm_pique=[0-9a-f.]{41}#\/b$/,
  )
  visit({ url })
  expect(clickOf(await leadOf('user:42'))).toBe(3000)
})

test('it counts when a person proves to be there, and from its own beginning', async () => {
  const clicked = visit({ url: linkFor(ANN), human: false })
  expect((await leadOf()).score_milli).toBe(0)
  expect(clicked.send(true)).toMatchObject({ accepted: 0, duplicates: 1 })
  const lead = await leadOf()
  expect(clickOf(lead)).toBe(3000)
})

test('scanners come to nothing', async () => {
  const url = linkFor(ANN)
  const bot = {
    userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  }
  const driven = [
    {
      ...eventAt(NOW, 'page_view', { url: 'https://shop.example.com/' }),
      props: { webdriver: true },
    },
  ]
  const files = [eventAt(NOW + 2, 'file_download', { url: `${SHOP}/a.pdf` })]
  const links = Array.from({ length: 29 }, (_, i) =>
    eventAt(NOW + i * 300, 'page_view', { url: linkFor(ANN, { url: `${SHOP}/${i}` }) }),
  )
  // All links within ten seconds by a real agent; the same with downloads; a headless one that stayed short.
  visit({ url, human: false, more: links })
  visit({
    url,
    human: false,
    more: [...links.map((one) => ({ ...one, id: randomUUID() })), ...files],
  })
  visit({ url, human: false })
  visit({ url, extra: bot })
  visit({ url, extra: { userAgent: 'curl/8.5.0' } })
  visit({ url, extra: { bot: 'prefetch' } })
  visit({ url, more: driven })
  const lead = await leadOf()
  expect(lead).toMatchObject({ score_milli: 0, reasons: [] })
  // Programs that say so are not even taken for the person.
  expect(rows('SELECT count(DISTINCT browser) FROM claim')).toEqual([[4]])
  visit({ url })
  expect(clickOf(await leadOf())).toBe(3000)
})

test('what was forged, edited, removed, of another site or too old leads there and says nothing', async () => {
  const url = linkFor(ANN)
  const [, code = '', signature = ''] = /utm_pique=(\w+)\.(\w+)/.exec(url) ?? []
  const other = world.service.addSite({
    ...{ name: 'B', key: 'b', writeKey: 'wb', signingSecret: 'other', origins: [] },
    ...{ needsSignature: false, isGenerated: false, createdAt: 0 },
  })
  const away = { url: `${SHOP}/`, email: ANN, userId: null, campaign: null }
  const [elsewhere] =
    world.service.addEmailLinks({ site: other.ref, links: [away], now: NOW, days: 1 }) ?? []
  const removed = linkFor(ANN)
  expect(world.service.removeEmailLink(2 + 1)).toBe(true)
  const flipped = (text: string) => (text[0] === '0' ? '1' : '0') + text.slice(1)
  const wrong = [
    url.replace(signature, flipped(signature)),
    url.replace(code, flipped(code)),
    url.replace(signature, ''),
    `${SHOP}/?utm_pique=${ANN}`,
    `${SHOP}/?utm_pique=`,
    elsewhere?.address ?? '',
    removed,
    linkFor(ANN, { days: 1 }),
  ]
  for (const one of wrong) visit({ url: one, at: NOW + 1 })
  // Within the site, and where the browser keeps no id.
  visit({ url, referrer: `${SHOP}/other` })
  const event = eventAt(NOW, 'page_view', { url })
  expect(world.deliver({ human: true, events: [event] }, NOW + 1000).accepted).toBe(1)
  expect(await found(reader.leads({}, NOW))).toMatchObject({ data: [] })
  expect(rows('SELECT count(*) FROM claim')).toEqual([[0]])
  expect(rows("SELECT value FROM text WHERE value LIKE '%pique%'")).toEqual([])
  expect(counted()).toEqual({ forged: 6, unknown: 1, expired: 1, inside: 1, unasked: 1 })
})

test('in whatever order its deliveries come, an e-mail that was passed on is nobody’s', async () => {
  const url = linkFor(ANN)
  const [a, b] = [randomUUID(), randomUUID()]
  const session = [randomUUID(), randomUUID()]
  const batch = (i: number, at: number, type: string, rest: Partial<WireEvent>) => {
    const event = eventAt(at, type, { session: session[i] ?? '', ...rest })
    return { browser: i === 0 ? a : b, human: true, events: [event] }
  }
  const form = (email: string) => ({ props: { email, evidence: 'form' } })
  const all = [
    batch(0, NOW, 'page_view', { url }),
    batch(1, NOW + 1000, 'page_view', { url }),
    batch(0, NOW + 2000, 'identify', form(ANN)),
    batch(1, NOW + 3000, 'identify', form('cyd@corp.example')),
    batch(1, NOW + 4000, 'page_view', { url: `${SHOP}/plans` }),
  ]
  const codeOf = /utm_pique=(\w+)/.exec(url)?.[1]
  const row = rows(`SELECT * FROM email_link WHERE code = '${codeOf}'`)[0] ?? []
  const random = randomOf(7)
  const seen = new Set<string>()
  for (let round = 0; round < scaled(60); round++) {
    const fresh = createWorld({ now: NOW - DAY })
    try {
      const db = new Database(fresh.path)
      db.prepare('INSERT INTO email_link VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(row)
      db.close()
      const order = round === 0 ? all : random.shuffle(all)
      for (const one of order) fresh.deliver({ ...one, sentAt: NOW + 5000 }, NOW + 5000)
      for (const one of order.slice(0, 2)) fresh.deliver({ ...one, sentAt: NOW + 6000 }, NOW + 6000)
      const read = createSqliteReader(fresh.path, createMailDomains('', ''))
      const leads = ['email:ann@corp.example', 'email:cyd@corp.example'].map(async (who) => {
        const lead = await found(read.lead(who, {}, NOW + DAY))
        const links = await found(read.identities(who, {}))
        return [
          lead.score_milli,
          lead.reasons,
          links.map(({ browser, evidence }) => [browser, evidence]),
        ]
      })
      seen.add(JSON.stringify(await Promise.all(leads)))
      expect((await fresh.verify()).differences).toEqual([])
    } finally {
      fresh.close()
    }
  }
  expect(seen.size).toBe(1)
  const [[, , annLinks], [, , cydLinks]] = JSON.parse([...seen][0] ?? '')
  expect(annLinks).toEqual([[a, 'form']])
  expect(cydLinks).toEqual([[b, 'form']])
})

test('whoever is erased leaves no link: not one that was followed, and not one that was not', async () => {
  const codes = [linkFor(ANN), linkFor(ANN), linkFor('never@corp.example')].map(
    (url) => /utm_pique=(\w+)/.exec(url)?.[1] ?? 'none',
  )
  const url = linkFor(ANN)
  visit({ url })
  const lead = await leadOf()
  const held = await found(reader.held(lead.id, {}, { now: NOW, retentionMonths: 13 }))
  expect(held.links).toHaveLength(3)
  expect(held.claims).toMatchObject([{ link: 'ln_4', evidence: 'email_link' }])
  world.service.erase(Number(lead.id.slice(3)), NOW + DAY)
  const never = { kind: 'email', value: 'never@corp.example', site: null } as const
  expect(await reader.mentions(never)).toEqual({ waiting: 0, refused: 0, links: 1 })
  world.service.eraseMentions(never, NOW + DAY)
  const bytes = readdirSync(dirname(world.path)).map((name) =>
    readFileSync(join(dirname(world.path), name)).toString('latin1'),
  )
  for (const text of [...codes, ANN, 'never@corp.example', /utm_pique=(\w+)/.exec(url)?.[1] ?? ''])
    expect(bytes.some((file) => file.includes(text))).toBe(false)
  // The link leads there still, and brings nobody back.
  visit({ url, at: NOW + 2 * DAY })
  expect(await found(reader.leads({}, NOW + 3 * DAY))).toMatchObject({ data: [] })
})
