import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTouchReader } from '../../collector/attribution/touch-reader.ts'
import { createAgents } from '../../collector/ingest/agent.ts'
import { createEmailLimits } from '../../collector/ingest/email-limits.ts'
import { createClicks } from '../../collector/ingest/email-link.ts'
import { createLimits } from '../../collector/ingest/limits.ts'
import { createModelKeeper } from '../../collector/ingest/model-keeper.ts'
import { createPipeline, type PipelineDeps } from '../../collector/ingest/pipeline.ts'
import { createSiteCounts, createVerdictTally } from '../../collector/ingest/stats.ts'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { openStore } from '../../collector/store/open.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { WriteStore } from '../../collector/store/store.ts'
import type { WireAnswer, WireEvent } from '../../shared/wire.ts'
import { scaled } from '../support/scale.ts'
import {
  CHROME,
  createWorld,
  defaultModelYaml,
  eventAt,
  found,
  SITE_KEY,
} from '../support/world.ts'

/** A mistake of ours meets some events: it costs those alone, and nothing once it is mended. */

const NOW = Date.UTC(2026, 2, 3, 10)
const DAY = 86_400_000
const MAIL = createMailDomains('', '')
const POISON = 'https://shop.example/poison'

let directory: string
let path: string
let opened: WriteStore | null = null
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pique-test-'))
  path = join(directory, 'pique.db')
})
afterEach(() => {
  opened?.close()
  opened = null
  rmSync(directory, { recursive: true })
})

type Break = (deps: PipelineDeps) => Partial<PipelineDeps>

/** The real pipeline on a real store, with one part of it broken. */
function openBroken(breakIt: Break) {
  const store = openStore(path, 'alone')
  opened = store
  store.addSite({
    name: 'Test',
    key: SITE_KEY,
    writeKey: 'w',
    signingSecret: 's',
    origins: [],
    needsSignature: false,
    isGenerated: false,
    createdAt: 0,
  })
  const touchOf = createTouchReader()
  const initialModel = defaultModelYaml()
  const mistakes: unknown[] = []
  const tally = createVerdictTally()
  const deps: PipelineDeps = {
    store,
    models: createModelKeeper({ store, touchOf, domains: MAIL, initialModel }, NOW - DAY),
    agents: createAgents(),
    touchOf,
    limits: { rates: createLimits(), emails: createEmailLimits(store.devicesOf) },
    tombs: { isErased: () => false },
    clicks: createClicks(store.mail.emailLink),
    tally,
    counts: createSiteCounts(),
    onMistake: (error) => mistakes.push(error),
  }
  const pipeline = createPipeline({ ...deps, ...breakIt(deps) })
  const ingest = (batches: readonly Batch[]) =>
    pipeline.ingest(batches.map(rawOf)).map((answer): WireAnswer => JSON.parse(answer.body))
  return { store, pipeline, ingest, tally, mistakes }
}

interface Batch {
  readonly browser: string
  readonly events: readonly WireEvent[]
  readonly at?: number
}
function rawOf({ browser, events, at = NOW }: Batch) {
  return {
    body: JSON.stringify({ site: SITE_KEY, browser, human: true, sentAt: at, events }),
    receivedAt: at,
    userAgent: `${CHROME} ${'x'.repeat(600)}`,
    origin: null,
    address: '10.9.8.7',
  }
}

/** Scoring throws where it meets a marked page. */
const scorer: Break = ({ models }) => ({
  models: {
    judge: models.judge,
    match: () => (on, href, more) => {
      if (href?.startsWith(POISON)) throw new TypeError(`can't score ${href}`)
      return models.match()(on, href, more)
    },
  },
})

function query<T>(sql: string): T[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).raw().all() as T[] // the caller knows what it asks for
  } finally {
    db.close()
  }
}
function view(url: string, rest: Partial<WireEvent> = {}): WireEvent {
  return eventAt(NOW, 'page_view', { url, ...rest })
}
const fine = () => view('https://shop.example/pricing')

/** What every lead of a store scores, by its e-mail. */
async function scoresOf(store: string): Promise<Map<string | null, number>> {
  const reader = createSqliteReader(store, MAIL)
  const scores = new Map<string | null, number>()
  let cursor: string | null | undefined
  do {
    const page = await found(reader.leads({ limit: 100, ...(cursor && { cursor }) }, NOW + DAY))
    for (const { email, score_milli } of page.data) scores.set(email, score_milli)
    cursor = page.next_cursor
  } while (cursor)
  return scores
}

/** Opens the store with everything mended, and takes what waits. */
async function mend() {
  opened?.close()
  opened = null
  const service = openWriterService({ store: path, initialModel: '', now: NOW + DAY }, MAIL)
  let [taken, waiting] = [0, 0]
  for (let next: number | null = 0; next !== null; ) {
    const done = service.requeue({}, NOW + DAY, next)
    taken += done.taken
    waiting += done.waiting
    next = done.next
  }
  service.close()
  const { differences } = await createSqliteReader(path, MAIL).verify()
  return { taken, waiting, differences }
}

test('of many events one in a hundred can not be scored: it waits, the others are scored, and later all are', async () => {
  const total = scaled(10_000)
  const deliveries = Array.from({ length: total / 10 }, (_, i): Batch => {
    const [browser, session] = [randomUUID(), randomUUID()]
    const claim = eventAt(NOW, 'identify', { session, props: { email: `lead${i}@x.example` } })
    const views = Array.from({ length: 9 }, (_, n) => {
      if (n === 4 && i % 10 === 0) {
        return eventAt(NOW, 'file_download', { session, url: `${POISON}/${i}` })
      }
      return view(`https://shop.example/${n < i % 9 ? 'pricing' : 'about'}?n=${n}`, { session })
    })
    return { browser, events: [claim, ...views] }
  })
  const broken = openBroken(scorer)
  const clean = createWorld({ now: NOW - DAY })
  try {
    let slowestMs = 0
    for (let i = 0; i < deliveries.length; i += 20) {
      const group = deliveries.slice(i, i + 20)
      const startedAt = performance.now()
      const answers = broken.ingest(group)
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
      answers.forEach((answer, n) => {
        const isPoisoned = (i + n) % 10 === 0
        const rejected = isPoisoned ? [{ index: 5, code: 'quarantined' }] : []
        expect(answer).toEqual({
          accepted: 10 - rejected.length,
          duplicates: 0,
          ignored: 0,
          rejected,
        })
      })
      clean.deliverGroup(
        group.map(({ browser, events }) => [
          { browser, human: true, sentAt: NOW, events },
          NOW,
          { address: '10.9.8.7' },
        ]),
      )
    }
    expect(slowestMs).toBeLessThan(5_000)
    const poisoned = total / 100
    expect(broken.tally.read()).toEqual({
      accepted: total - poisoned,
      'rejected:quarantined': poisoned,
    })
    expect(query('SELECT count(*) FROM event')).toEqual([[total - poisoned]])
    expect(query('SELECT reason, count(*) FROM quarantine GROUP BY 1')).toEqual([
      ['TypeError', poisoned],
    ])
    expect(broken.mistakes).toHaveLength(Math.ceil(deliveries.length / 20))

    expect(await mend()).toEqual({ taken: poisoned, waiting: 0, differences: [] })
    expect(query('SELECT count(*) FROM event')).toEqual([[total]])
    expect(query('SELECT count(*) FROM quarantine')).toEqual([[0]])
    const scores = await scoresOf(path)
    expect(scores.size).toBe(total / 10)
    expect(new Set(scores.values()).size).toBeGreaterThan(5)
    expect(scores).toEqual(await scoresOf(clean.path))
  } finally {
    clean.close()
  }
})

test('what a server or an import told is taken later as it would have been at once', async () => {
  const { pipeline } = openBroken(scorer)
  const clean = createWorld({ now: NOW - DAY })
  const told = (event: object) => ({
    ...{ site: SITE_KEY, browser: 'till 9', human: true, server: false, device: 'desktop' },
    skewMs: 4_321,
    events: [event],
  })
  const at = NOW - 40 * DAY
  const claim = { user_id: 'u9', email: 'u9@x.example', traits: { plan: 'pro' } }
  const event = { id: 'sale 9', type: 'purchase', at, receivedAt: at + 5_000, url: POISON, claim }
  const raw = { body: JSON.stringify(told(event)), receivedAt: NOW, isTrusted: true }
  const nobody = { userAgent: '', origin: null, address: '' }
  try {
    const [answer] = pipeline.ingest([{ ...raw, ...nobody }])
    expect(JSON.parse(answer?.body ?? '').rejected).toEqual([{ index: 0, code: 'quarantined' }])
    expect(await mend()).toEqual({ taken: 1, waiting: 0, differences: [] })
    clean.service.ingest([{ ...raw, ...nobody }])
    const rows = (store: string) => {
      const db = new Database(store, { readonly: true })
      const all = ['lead_key', 'claim', 'event', 'session', 'browser'].map((table) =>
        db.prepare(`SELECT * FROM ${table}`).all(),
      )
      db.close()
      // Where an id is looked for is each store's own.
      return JSON.stringify(all).replace(/"probe":-?\d+/g, '')
    }
    expect(rows(path)).toEqual(rows(clean.path))
  } finally {
    clean.close()
  }
})

test('while it is not mended, what waits goes on waiting', () => {
  const { store, pipeline, ingest } = openBroken(scorer)
  ingest([{ browser: randomUUID(), events: [fine(), view(POISON)] }])
  const waiting = store.quarantined({}, 0)
  expect(pipeline.requeue(waiting, NOW + DAY)).toEqual([false])
  expect(query('SELECT count(*) FROM quarantine')).toEqual([[1]])
})

/** As many and as long as are kept of an event: more than the quarantine keeps. */
const MANY_PROPS = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [`prop_${i}`, 'word '.repeat(60)]),
)

test('what is kept of an event holds no address, and no more of its sender than needed', () => {
  const { store, ingest } = openBroken(scorer)
  const browser = randomUUID()
  const long = view(POISON, { props: MANY_PROPS })
  ingest([{ browser, events: [view(POISON), long] }])
  const [first, second] = store.quarantined({}, 0)
  expect(first?.browserKey).toBe(browser.replaceAll('-', ''))
  const envelope = JSON.parse(first?.envelope ?? '')
  expect(envelope).toMatchObject({ human: true, sentAt: NOW })
  expect(envelope.userAgent).toHaveLength(512)
  expect(JSON.stringify([first, second])).not.toContain('10.9.8.7')
  expect(second?.raw).toHaveLength(8_192)
})

test('an event too long to be kept whole is not taken by halves', async () => {
  const { ingest } = openBroken(scorer)
  const long = view(POISON, { props: MANY_PROPS })
  ingest([{ browser: randomUUID(), events: [long, view(POISON)] }])
  expect(await mend()).toEqual({ taken: 1, waiting: 1, differences: [] })
})

test('a group that is tried again takes no tokens again', () => {
  const { ingest } = openBroken(scorer)
  const browser = randomUUID()
  const hundred = () => Array.from({ length: 100 }, fine)
  const [first] = ingest([{ browser, events: [...hundred().slice(1), view(POISON)] }])
  expect(first).toMatchObject({ accepted: 99, ignored: 0 })
  const rest = [hundred(), hundred(), hundred()].map((events) => ({ browser, events }))
  expect(ingest(rest).map(({ ignored }) => ignored)).toEqual([0, 0, 100])
})

test('a mistake in reading an event costs that event', async () => {
  const { ingest, tally } = openBroken(() => ({
    tombs: {
      isErased: ({ url }) => {
        if (url === POISON) throw new RangeError('a secret of the event')
        return false
      },
    },
  }))
  const [answer] = ingest([{ browser: randomUUID(), events: [fine(), view(POISON), fine()] }])
  expect(answer).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'quarantined' }] })
  expect(tally.read()).toEqual({ accepted: 2, 'rejected:quarantined': 1 })
  expect(query('SELECT reason FROM quarantine')).toEqual([['RangeError']])
  expect(await mend()).toEqual({ taken: 1, waiting: 0, differences: [] })
})

test('a lead that can not be looked at keeps nobody else out', () => {
  let isBroken = false
  const { store, ingest } = openBroken(({ store: whole }) => ({
    store: {
      ...whole,
      apply: (work) =>
        whole.apply((transaction) =>
          work({
            ...transaction,
            standingOf(lead) {
              if (isBroken && lead === 1) throw new TypeError('this one')
              return transaction.standingOf(lead)
            },
          }),
        ),
    },
  }))
  const claim = (email: string, at: number) => eventAt(at, 'identify', { props: { email } })
  const ann = randomUUID()
  ingest([{ browser: ann, events: [claim('ann@x.example', NOW), fine()] }])
  store.apply((transaction) => transaction.lookAtAll(NOW))
  isBroken = true
  const later = NOW + DAY
  const [bob, anna] = ingest([
    { browser: randomUUID(), events: [claim('bob@x.example', later)], at: later },
    { browser: ann, events: [fine()], at: later },
  ])
  expect(bob).toMatchObject({ accepted: 1, rejected: [] })
  expect(anna).toMatchObject({ accepted: 0, rejected: [{ code: 'quarantined' }] })
})

test('a store that fails is no poison: nothing is kept, and nobody is told otherwise', () => {
  let code = 'SQLITE_FULL'
  const { ingest, mistakes } = openBroken(({ store: whole }) => ({
    store: {
      ...whole,
      apply: (work) =>
        whole.apply((transaction) =>
          work({
            ...transaction,
            write(changes, rejected, at) {
              transaction.write(changes, rejected, at)
              const isMarked = changes.events.some(({ event }) => event.url === POISON)
              if (isMarked) throw Object.assign(new Error('no'), { code })
            },
          }),
        ),
    },
  }))
  const group = () => [
    { browser: randomUUID(), events: [fine()] },
    { browser: randomUUID(), events: [view(POISON)] },
  ]
  expect(() => ingest(group())).toThrow('no')
  expect(query('SELECT count(*) FROM event')).toEqual([[0]])
  expect(query('SELECT count(*) FROM quarantine')).toEqual([[0]])
  expect(mistakes).toEqual([])
  // A value that breaks a rule of a table breaks it again however often it is sent.
  code = 'SQLITE_CONSTRAINT_DATATYPE'
  expect(ingest(group()).map(({ rejected }) => rejected.length)).toEqual([0, 1])
  expect(query('SELECT count(*) FROM quarantine')).toEqual([[1]])
})
