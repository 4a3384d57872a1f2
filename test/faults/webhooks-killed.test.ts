import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { type Patch, patchedBuild } from '../support/patched-build.ts'
import { randomOf } from '../support/random.ts'
import { startReceiver, verifyMessage } from '../support/receiver.ts'
import { IS_LONG } from '../support/scale.ts'
import { CHROME, eventAt } from '../support/world.ts'

/**
 * Duty 75: a collector that is killed while it sends, anywhere between a delivery and the mark that it
 * was one, tells everything at least once, under the id it had, and of each lead in order.
 */

const ENDS: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})

/** To one webhook at a time; see sender.ts. */
const AT_ONCE = 4
const PEOPLE_A_ROUND = 12
const ENV = { PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8' }

interface Outcome {
  /** What is wrong, in sentences. */
  readonly findings: string[]
  readonly duplicates: number
  readonly messages: number
}

/** Kills so often while messages are on their way, and lets the last collector end the work. */
async function killWhileSending(kills: number, dist = 'dist'): Promise<Outcome> {
  const place = createPlace()
  ENDS.push(place.remove)
  const random = randomOf(Date.now())
  let onReceived = () => {}
  const receiver = await startReceiver((response) => {
    onReceived()
    // Answers take a moment, so that a kill finds some under way.
    setTimeout(() => response.writeHead(200).end(), random.int(4))
  })
  ENDS.push(receiver.close)
  let collector = await startBuilt('start', place.store, [], { dist, env: ENV })
  ENDS.push(() => collector.stop('SIGKILL'))
  const { data: sites } = await (await collector.api('/sites')).json()
  const made = await collector.api('/webhooks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url }),
  })
  const { secret } = await made.json()
  for (let kill = 0; kill < kills; kill++) {
    const before = receiver.received.length
    const least = 1 + random.int(PEOPLE_A_ROUND)
    // From before they are met: on a busy machine all may be sent before the last is answered.
    const came = new Promise<void>((resolve, reject) => {
      const tooLate = setTimeout(
        () => reject(new Error(`nothing came after ${kill} kills`)),
        60_000,
      )
      ENDS.push(() => clearTimeout(tooLate))
      onReceived = () => {
        if (receiver.received.length - before < least) return
        clearTimeout(tooLate)
        resolve()
      }
    })
    await Promise.all([came, meetPeople(collector, sites[0].key)])
    onReceived = () => {}
    if (random.next() < 0.7) await new Promise((resolve) => setTimeout(resolve, random.int(6)))
    await collector.stop('SIGKILL')
    collector = await startBuilt('start', place.store, [], { dist, env: ENV })
    if (kill % 25 === 24) console.info(`${kill + 1} kills, ${receiver.received.length} received`)
  }
  const waiting = async () => (await (await collector.api('/webhooks/wh_1')).json()).waiting
  // What every kill left over, which is most of it.
  const until = performance.now() + 30_000 + kills * 5000
  while ((await waiting()) > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await collector.stop()
  return outcomeOf(place.store, receiver.received, secret)
}

/** Two messages each: who it is, and that they asked for a demo. */
async function meetPeople({ url }: RunningCollector, site: string): Promise<void> {
  const now = Date.now()
  await Promise.all(
    Array.from({ length: PEOPLE_A_ROUND }, async () => {
      const email = `p${randomUUID()}@corp.example`
      const events = [eventAt(now, 'identify', { props: { email } }), eventAt(now, 'request_demo')]
      const batch = { site, browser: randomUUID(), human: true, sentAt: now, events }
      const headers = { 'user-agent': CHROME }
      const answer = await fetch(`${url}/e`, {
        method: 'POST',
        headers,
        body: JSON.stringify(batch),
      })
      expect(answer.status).toBe(202)
    }),
  )
}

function outcomeOf(
  store: string,
  received: Awaited<ReturnType<typeof startReceiver>>['received'],
  secret: string,
): Outcome {
  const db = new Database(store, { readonly: true })
  const told = db.prepare('SELECT key, state, body FROM message').all() as {
    readonly key: string
    readonly state: string
    readonly body: string
  }[]
  const leads = Number(db.prepare('SELECT count(*) FROM lead').pluck().get())
  db.close()
  const findings: string[] = []
  const bodies = new Map(told.map(({ key, body }) => [key, body]))
  const seen = new Set(received.map(({ id }) => id))
  const missing = told.filter(({ key }) => !seen.has(key))
  if (missing.length > 0) findings.push(`${missing.length} were never delivered`)
  const unmarked = told.filter(({ state }) => state !== 'delivered')
  if (unmarked.length > 0) findings.push(`${unmarked.length} are not marked`)
  if (told.length !== 2 * leads) findings.push(`${told.length} messages of ${leads} leads`)
  const last = new Map<string, number>()
  for (const one of received) {
    const wrong = verifyMessage(one, secret, one.cameAt / 1000)
    if (wrong !== null) findings.push(wrong)
    if (bodies.get(one.id) !== one.body) findings.push('a body is not what was told')
    const { lead, sequence } = JSON.parse(one.body).data
    const before = last.get(lead) ?? 0
    // What was delivered before may come again; nothing comes before what it follows.
    if (sequence > before + 1) findings.push(`${lead}: ${sequence} came after ${before}`)
    last.set(lead, Math.max(before, sequence))
  }
  return { findings, duplicates: received.length - seen.size, messages: told.length }
}

/** Each costs some seconds on a busy machine. */
const KILLS = IS_LONG ? 200 : 6
/** Collectors that are killed beside each other, each with a store of its own. */
const AT_A_TIME = IS_LONG ? 4 : 1

test(`${KILLS} kills between deliveries and their marks: none missing, in order`, {
  timeout: 60_000 + KILLS * 20_000,
  retry: 0,
}, async () => {
  const all = await Promise.all(
    Array.from({ length: AT_A_TIME }, () => killWhileSending(KILLS / AT_A_TIME)),
  )
  const sum = (of: (one: Outcome) => number) => all.reduce((total, one) => total + of(one), 0)
  const [duplicates, messages] = [sum((one) => one.duplicates), sum((one) => one.messages)]
  expect(all.flatMap(({ findings }) => findings)).toEqual([])
  expect(messages).toBe(2 * PEOPLE_A_ROUND * KILLS)
  expect(duplicates).toBeLessThanOrEqual(KILLS * AT_ONCE)
  console.info(`${KILLS} kills, ${messages} messages, ${duplicates} came twice`)
})

const MARKED_FIRST: Patch = {
  file: 'serve.js',
  from: 'void send(message);',
  to: `void store.noteTries([{ ref: message.ref, webhook: message.webhook, at: Date.now(), status: 200,
      error: null, became: { kind: "delivered" }, pausedUntil: null }]).then(() => send(message));`,
}

test('marks before the delivery are found by few kills', { timeout: 90_000 }, async () => {
  const { dist, remove } = patchedBuild([MARKED_FIRST])
  ENDS.push(remove)
  const { findings } = await killWhileSending(4, dist)
  expect(findings.join('\n')).toMatch(/never delivered|came after/)
})
