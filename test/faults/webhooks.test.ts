import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DueMessage, Tried } from '../../collector/store/webhook-store.ts'
import { createPoster, type Poster } from '../../collector/webhooks/post.ts'
import { createSender } from '../../collector/webhooks/sender.ts'
import { newWebhookSecret } from '../../collector/webhooks/sign.ts'
import { createTargets } from '../../collector/webhooks/targets.ts'
import { ok, type Receiver, startReceiver, verifyMessage } from '../support/receiver.ts'
import { scaled } from '../support/scale.ts'
import { createWorld, eventAt, type World } from '../support/world.ts'

/** Duties 72 to 76: what receivers get of the real outbox by the real sender, whatever they do. */

const NOW = Date.UTC(2026, 5, 10, 12)
const HOUR = 3_600_000
const LOOPBACK = createTargets(['127.0.0.0/8'])
const ENDS: (() => unknown)[] = []

let world: World
let now: number
beforeEach(() => {
  world = createWorld({ now: NOW, isLimited: false })
  now = NOW
  ENDS.push(() => world.close())
})
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})

async function receiver(answer: Parameters<typeof startReceiver>[0] = ok): Promise<Receiver> {
  const one = await startReceiver(answer)
  ENDS.push(one.close)
  return one
}

function hook(url: string): { readonly ref: number; readonly secret: string } {
  const secret = newWebhookSecret()
  const all = { events: null, site: null, isFull: false, createdAt: NOW }
  return { ref: world.service.addWebhook({ ...all, url, secret }), secret }
}

/** New people, each with as many messages: who they are, a stage, and its end. */
function people(count: number): void {
  for (let i = 0; i < count; i++) {
    const events = [
      eventAt(now, 'identify', { props: { email: `p${randomUUID()}@corp.example` } }),
      eventAt(now, 'request_demo'),
    ]
    world.deliver({ browser: randomUUID(), human: true, sentAt: now, events }, now)
  }
}

/** The sender over the real outbox; `until` lets it work in real time, the clock stands. */
function sending(poster: Poster = createPoster({ targets: LOOPBACK, timeoutMs: 10_000 })) {
  const { service } = world
  let busy = 0
  const warnings: string[] = []
  const sender = createSender({
    store: {
      dueMessages: async (...asked) => service.dueMessages(...asked),
      noteTries: async (tries) => service.noteTries(tries),
    },
    poster: {
      async post(letter) {
        busy++
        try {
          return await poster.post(letter)
        } finally {
          busy--
        }
      },
    },
    clock: () => now,
    random: () => 0.5,
    log: {
      warn: (message) => void warnings.push(message),
      error: (message) => expect.unreachable(message),
    },
  })
  ENDS.push(() => sender.stop())
  const turn = () => new Promise((resolve) => setTimeout(resolve, 2))
  return {
    sender,
    warnings,
    async until(isDone: () => boolean, maxMs = 20_000): Promise<void> {
      const end = performance.now() + maxMs
      while (!isDone()) {
        if (performance.now() > end) throw new Error('it took too long')
        sender.look()
        await turn()
      }
    },
    /** All that is due at an instant, and what follows from it. */
    async pass(ms: number): Promise<void> {
      now += ms
      sender.look()
      do await turn()
      while (busy > 0)
    },
  }
}

const stateOf = () => world.service.dueMessages(now, [], 1000)

describe('a receiver', () => {
  test('gets every message, in order of each lead, with signatures that are right', async () => {
    const to = await receiver()
    const { secret } = hook(to.url)
    const leads = scaled(500)
    people(leads)
    const { until } = sending()
    await until(() => to.received.length >= 2 * leads)
    await until(() => stateOf().length === 0)
    expect(to.received).toHaveLength(2 * leads)
    const last = new Map<string, number>()
    for (const one of to.received) {
      expect(verifyMessage(one, secret, NOW / 1000)).toBeNull()
      const { lead, sequence } = JSON.parse(one.body).data
      expect(sequence).toBe((last.get(lead) ?? 0) + 1)
      last.set(lead, sequence)
    }
    const one = to.received[0]
    if (!one) return
    for (let i = 0; i < one.body.length; i += 7) {
      const body = `${one.body.slice(0, i)}~${one.body.slice(i + 1)}`
      expect(verifyMessage({ ...one, body }, secret, NOW / 1000)).toMatch(/no signature/)
    }
    expect(verifyMessage(one, secret, NOW / 1000 + 360)).toBe('too old')
  })

  test('that is down for 26 hours gets all of it afterwards, under the same ids', async () => {
    hook('https://crm.example/hook')
    const tries = new Map<string, number>()
    const taken: string[] = []
    let isDown = true
    const { pass, warnings } = sending({
      async post({ headers }) {
        const id = String(headers['webhook-id'])
        tries.set(id, (tries.get(id) ?? 0) + 1)
        if (isDown) return { kind: 'failed', error: 'nothing listens at the address' }
        taken.push(id)
        return { kind: 'answered', status: 200, retryAfter: null }
      },
    })
    const leads = scaled(2500)
    for (let hour = 0; hour < 26; hour++) {
      people(Math.ceil(leads / 26))
      for (let i = 0; i < 6; i++) await pass(HOUR / 6)
    }
    const triesWhileDown = [...tries.values()].reduce((sum, one) => sum + one, 0)
    expect(warnings).toEqual(['a webhook has taken nothing for an hour'])
    // Nobody hammers what is down: two tries a minute at most, whatever waits.
    expect(triesWhileDown).toBeLessThan(26 * 60 * 2)
    isDown = false
    for (let i = 0; i < 400 && (i < 2 || stateOf().length > 0); i++) await pass(30_000)
    expect(new Set(taken).size).toBe(2 * 26 * Math.ceil(leads / 26))
    expect(taken).toHaveLength(new Set(taken).size)
    expect([...tries.keys()].every((id) => taken.includes(id))).toBe(true)
  })

  test('that is down for good has ten tries or three days, and what is parked can be sent again', async () => {
    const { ref } = hook('https://crm.example/hook')
    people(3)
    let isDown = true
    let tries = 0
    const { pass } = sending({
      async post() {
        tries++
        return isDown
          ? { kind: 'answered', status: 500, retryAfter: null }
          : { kind: 'answered', status: 200, retryAfter: null }
      },
    })
    for (let i = 0; i < 9 * 24; i++) await pass(HOUR / 2)
    const before = tries
    await pass(24 * HOUR)
    expect([stateOf().length, tries]).toEqual([0, before])
    isDown = false
    expect(world.service.replayParked(ref, {}, now)).toBe(6)
    for (let i = 0; i < 20; i++) await pass(1000)
    expect(tries).toBe(before + 6)
  })

  test('that answers 410 is sent nothing more, until somebody switches it on again', async () => {
    let status = 410
    const to = await receiver((response) => response.writeHead(status).end())
    const { ref } = hook(to.url)
    people(1)
    const { until, pass } = sending()
    await until(() => to.received.length === 1)
    people(5)
    for (let i = 0; i < 10; i++) await pass(HOUR)
    expect(to.received).toHaveLength(1)
    status = 200
    expect(world.service.changeWebhook(ref, { isEnabled: true })).toBe(true)
    await until(() => to.received.length === 3)
    expect(to.received[1]?.id).toBe(to.received[0]?.id)
  })

  test('that hangs delays nobody else, and has four places', async () => {
    const hanging = await receiver(() => {})
    const others = await Promise.all(Array.from({ length: 9 }, () => receiver()))
    hook(hanging.url)
    for (const { url } of others) hook(url)
    const { until } = sending()
    const leads = 8
    people(leads)
    const startedAt = performance.now()
    await until(() => others.every(({ received }) => received.length >= 2 * leads))
    const late = others.flatMap(({ received }) => received.map(({ atMs }) => atMs - startedAt))
    expect(Math.max(...late)).toBeLessThan(2000)
    expect(hanging.received).toHaveLength(4)
  })

  test('that redirects, talks without end or cuts the line gets what it says it got', async () => {
    const canary = await receiver()
    const elsewhere = await receiver((r) => r.writeHead(307, { location: canary.url }).end())
    const endless = await receiver((response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(64 * 1024, 'x')
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    })
    const rude = await receiver((response) => void response.destroy())
    const all = [elsewhere, endless, rude]
    const refs = all.map(({ url }) => hook(url).ref)
    people(1)
    const { until } = sending()
    await until(() => all.every(({ received }) => received.length >= 1))
    await until(() => endless.received.length === 2)
    await until(() => stateOf().length === 0)
    now += 10_000
    const waiting = stateOf().map(({ webhook, tries }) => [webhook, tries])
    expect(waiting).toEqual([
      [refs[0], 1],
      [refs[2], 1],
    ])
    expect(canary.connections).toBe(0)
  })
})

describe('an address that strangers can’t reach', () => {
  const letter = (url: string) => ({
    url,
    headers: {},
    body: '{}',
    signal: new AbortController().signal,
  })

  test('is not connected to, by whatever name, however often the name changes', async () => {
    const canary = await receiver()
    const { port } = canary
    const named: Record<string, readonly string[]> = {
      'rebinds.example': ['127.0.0.1'],
      'both.example': ['1.1.1.1', '127.0.0.1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'metadata.example': ['169.254.169.254'],
      'none.example': [],
    }
    const poster = createPoster({
      targets: createTargets([]),
      timeoutMs: 2000,
      resolve: async (name) =>
        (named[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    })
    const hosts = [
      ...Object.keys(named),
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '169.254.169.254',
    ]
    for (const host of hosts) {
      for (const scheme of ['https', 'http']) {
        const answer = await poster.post(letter(`${scheme}://${host}:${port}/`))
        expect([host, answer.kind === 'failed' && answer.error]).toEqual([
          host,
          expect.stringContaining('private network'),
        ])
      }
    }
    expect(canary.connections).toBe(0)
  })

  test('a name is looked up once, and what was judged is what is connected to', async () => {
    const canary = await receiver()
    let looks = 0
    const poster = createPoster({
      targets: createTargets(['127.0.0.2']),
      timeoutMs: 2000,
      resolve: async () => [{ address: looks++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }],
    })
    const answer = await poster.post(letter(`http://turns.example:${canary.port}/`))
    // Nobody listens at 127.0.0.2, and nobody asked again.
    expect(answer).toEqual({ kind: 'failed', error: 'nothing listens at the address' })
    expect([looks, canary.connections]).toEqual([1, 0])
  })

  test('is connected to where it is named, by a name of the system’s own', async () => {
    const to = await receiver()
    const poster = createPoster({
      targets: createTargets(['127.0.0.0/8', '::1']),
      timeoutMs: 5000,
    })
    const both = [1, 2].map(() => poster.post(letter(`http://localhost:${to.port}/`)))
    const answered = { kind: 'answered', status: 204, retryAfter: null }
    expect(await Promise.all(both)).toEqual([answered, answered])
  })

  test('names that take for ever to look up end with the rest', async () => {
    const poster = createPoster({
      targets: LOOPBACK,
      timeoutMs: 50,
      resolve: () => new Promise(() => {}),
    })
    const answer = await poster.post(letter('https://slow.example/'))
    expect(answer).toEqual({ kind: 'failed', error: 'no answer within 0.05 seconds' })
  })
})

test('what could not be noted is not sent again before it is', async () => {
  const to = await receiver()
  hook(to.url)
  people(1)
  const { service } = world
  let isBroken = true
  const errors: string[] = []
  const sender = createSender({
    store: {
      dueMessages: async (...asked): Promise<readonly DueMessage[]> =>
        service.dueMessages(...asked),
      async noteTries(tries: readonly Tried[]) {
        if (isBroken) throw new Error('disk full')
        service.noteTries(tries)
      },
    },
    poster: createPoster({ targets: LOOPBACK, timeoutMs: 1000 }),
    clock: () => now,
    random: () => 0.5,
    log: { warn() {}, error: (message) => void errors.push(message) },
  })
  ENDS.push(() => sender.stop())
  const look = async () => {
    sender.look()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  while (errors.length < 5) await look()
  expect(to.received).toHaveLength(1)
  isBroken = false
  while (to.received.length < 2) await look()
  expect(new Set(to.received.map(({ id }) => id)).size).toBe(2)
})
