/**
 * Retrying clients that keep their own record of what they sent and what was acknowledged, and what
 * that record says of a store: the judge of everything that is done to a collector meanwhile.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { WireAnswer, WireBatch, WireEvent } from '../../shared/wire.ts'
import { randomOf } from './random.ts'
import { IS_LONG } from './scale.ts'
import { CHROME, createWorld } from './world.ts'

type SentBatch = Omit<WireBatch, 'site'> & { readonly sentAt: number }

export interface Ledger {
  readonly sent: SentBatch[]
  /** Ids of events that a 2xx was answered for. */
  readonly acked: Set<string>
  /** Answers that no client should get: neither 202 with all taken, nor 503. */
  readonly odd: string[]
}

export function newLedger(): Ledger {
  return { sent: [], acked: new Set(), odd: [] }
}

/** What a collector answered; rejects where the connection gave no answer. */
export function post(agent: Agent, url: string, body: string, headers = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { 'user-agent': CHROME, ...headers } }
    const sending = request(`${url}/e`, options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
      answer.once('error', reject)
    })
    sending.once('error', reject)
    sending.end(body)
  })
}

/** Few, because of many e-mails from one address some would be held for review. */
/** Nobody has more than fifty browsers. */
const PEOPLE = IS_LONG ? 500 : 40
/** Deliveries of one browser: it stays far below what one may send. */
const DELIVERIES = 8
const RETRY_MS = 20

export interface ClientOptions {
  readonly site: string
  /** Where the collector is now. */
  readonly url: () => string
  readonly ledger: Ledger
  readonly clients: number
  /** Each client waits this long between deliveries. */
  readonly pauseMs?: number
  readonly seed?: number
  /** Called with the number of each request, and whether it was answered; it carries it as `x-try`. */
  readonly onTry?: (number: string, isAnswered: boolean) => void
  /** Called at each acknowledgement. */
  readonly onAck?: (batch: SentBatch) => void
}

export interface Clients {
  /** Resolves once every client has had its last delivery acknowledged. */
  stop(): Promise<void>
  /** Resolves at once; what is in hand is given up. */
  abandon(): Promise<void>
}

/** Starts clients that deliver one batch after another, and repeat what was not answered. */
export function startClients(options: ClientOptions): Clients {
  const { site, url, ledger, clients, pauseMs = 0, seed = 1 } = options
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let isDone = false
  let isAbandoned = false

  async function deliver(batch: SentBatch): Promise<void> {
    const body = JSON.stringify({ site, ...batch })
    while (!isAbandoned) {
      const number = randomUUID()
      const answer = await post(agent, url(), body, { 'x-try': number }).catch(() => null)
      options.onTry?.(number, answer !== null)
      if (answer?.status === 202) {
        const { accepted, duplicates }: WireAnswer = JSON.parse(answer.body)
        if (accepted + duplicates !== batch.events.length) ledger.odd.push(answer.body)
        for (const { id } of batch.events) ledger.acked.add(id)
        options.onAck?.(batch)
        return
      }
      if (answer && answer.status !== 503) ledger.odd.push(`${answer.status} ${answer.body}`)
      await pause(RETRY_MS)
    }
  }
  async function browse(client: number): Promise<void> {
    const random = randomOf(seed * 1000 + client)
    while (!isDone) {
      for (const batch of visitOf(random)) {
        if (isDone) return
        ledger.sent.push(batch)
        await deliver(batch)
        if (pauseMs > 0) await pause(pauseMs)
      }
    }
  }
  const all = Promise.all(Array.from({ length: clients }, (_, client) => browse(client)))
  return {
    async stop() {
      isDone = true
      await all
      agent.destroy()
    },
    async abandon() {
      isDone = true
      isAbandoned = true
      agent.destroy()
      await all
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const DAY_MS = 86_400_000
const MIDNIGHT_MS = 600_000

/** Now, or a while ago where a day is about to end: what is stored and what is replayed fall on one day. */
export function steadyNow(): number {
  const now = Date.now()
  return now % DAY_MS > DAY_MS - MIDNIGHT_MS ? now - 2 * MIDNIGHT_MS : now
}

/** What one browser sends: pages, products, time spent, who it is, and late that it is a person. */
function* visitOf(random: ReturnType<typeof randomOf>): Generator<SentBatch> {
  const browser = randomUUID()
  const session = randomUUID()
  const view = randomUUID()
  const email = `person${random.int(PEOPLE)}@corp.example`
  const claimsAt = random.int(2 * DELIVERIES)
  let engaged = 0
  for (let n = 0; n < DELIVERIES; n += 1) {
    const at = steadyNow()
    const eventOf = (type: string, rest: Partial<WireEvent> = {}): WireEvent => {
      const url = 'https://shop.example/pricing'
      return { id: randomUUID(), type, at, session, url, ...rest }
    }
    const events = Array.from({ length: 1 + random.int(4) }, (_, i) =>
      eventOf(i % 2 ? 'add_to_cart' : 'page_view', i === 0 ? { view } : {}),
    )
    if (n > 0) {
      engaged += random.int(20_000)
      events.push(eventOf('user_engagement', { view, props: { engaged_ms: engaged, scroll: 50 } }))
    }
    if (n === claimsAt) events.push(eventOf('identify', { props: { email } }))
    yield { browser, sentAt: at, human: n > 2 && random.next() < 0.7, events }
  }
}

/** Ids of all stored events, as often as they are stored. */
export function storedIds(store: string): string[] {
  const db = new Database(store, { readonly: true })
  try {
    const ids = db.prepare('SELECT lower(hex(id)) FROM event').pluck().all() as string[] // of text
    return ids.map((id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  } finally {
    db.close()
  }
}

/** Which of these events are not stored; throws where any event is stored twice. */
export function lostOf(acked: Iterable<string>, store: string): string[] {
  const ids = storedIds(store)
  const stored = new Set(ids)
  if (stored.size !== ids.length)
    throw new Error(`${ids.length - stored.size} events twice in ${store}`)
  return [...acked].filter((id) => !stored.has(id))
}

/** What is wrong with the events of a store, by the record of its clients; nothing where all is well. */
export function eventFindings(store: string, { sent, acked, odd }: Ledger): string[] {
  const stored = storedIds(store)
  const distinct = new Set(stored)
  const known = new Set(sent.flatMap(({ events }) => events.map(({ id }) => id)))
  const lost = [...acked].filter((id) => !distinct.has(id))
  const phantoms = [...distinct].filter((id) => !known.has(id))
  return [
    ...count(lost.length, 'acknowledged and not stored'),
    ...count(phantoms.length, 'stored and never sent'),
    ...count(stored.length - distinct.size, 'stored twice'),
    ...odd.map((answer) => `answered ${answer}`),
  ]
}

function count(number: number, what: string): string[] {
  return number === 0 ? [] : [`${number} events ${what}`]
}

/** What `pique verify` finds in a store. */
export async function verifyFindings(store: string, dist = 'dist'): Promise<string[]> {
  const args = [join(dist, 'pique.js'), 'verify', '--store', store]
  const [code, out] = await new Promise<[unknown, string]>((resolve) =>
    execFile(process.execPath, args, { encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve([error?.code ?? 0, stdout + stderr]),
    ),
  )
  return code === 0 && out.includes('No difference') ? [] : [`verify: ${out}`]
}

type Scores = ReadonlyMap<string, number>

/** Milli-points by e-mail. */
export async function scoresOf(store: string, asOf: number): Promise<Scores> {
  const reader = createSqliteReader(store, createMailDomains('', ''))
  const scores = new Map<string, number>()
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = { limit: 100, ...(cursor !== undefined && { cursor }) }
    const leads = await reader.leads(page, asOf)
    if (leads.kind !== 'found') throw new Error(leads.kind)
    for (const lead of leads.value.data) scores.set(lead.email ?? lead.id, lead.score_milli)
    cursor = leads.value.next_cursor
  }
  return scores
}

/** Scores that differ from those of a store that got the same events, undisturbed and in order. */
async function scoreFindings(store: string, { sent }: Ledger): Promise<string[]> {
  const stored = new Set(storedIds(store))
  const asOf = Date.now()
  // All of it comes from one address here, which is nobody's fault.
  const world = createWorld({ now: 0, isLimited: false })
  try {
    const batches = sent
      .map((batch) => ({ ...batch, events: batch.events.filter(({ id }) => stored.has(id)) }))
      .filter(({ events }) => events.length > 0)
    for (let at = 0; at < batches.length; at += 500) {
      world.deliverGroup(batches.slice(at, at + 500).map((batch) => [batch, batch.sentAt]))
    }
    return differences(await scoresOf(store, asOf), await scoresOf(world.path, asOf))
  } finally {
    world.close()
  }
}

export function differences(found: Scores, expected: Scores): string[] {
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter((email) => found.get(email) !== expected.get(email))
    .map((email) => `${email} scores ${found.get(email)}, a replay ${expected.get(email)}`)
}

/** All of them, of a store whose collector has stopped. */
export async function findingsOf(store: string, ledger: Ledger): Promise<string[]> {
  return [
    ...eventFindings(store, ledger),
    ...(await verifyFindings(store)),
    ...(await scoreFindings(store, ledger)),
  ]
}
