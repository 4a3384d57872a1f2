import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { presentAlarm } from '../../collector/dashboard/present-webhooks.ts'
import { VERIFY_CODE } from '../../collector/dashboard/verify-code.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { DueMessage, NewWebhook, Tried } from '../../collector/store/webhook-store.ts'
import { createPoster, type Poster } from '../../collector/webhooks/post.ts'
import { createSender } from '../../collector/webhooks/sender.ts'
import { newWebhookSecret } from '../../collector/webhooks/sign.ts'
import { createTargets } from '../../collector/webhooks/targets.ts'
import {
  ok,
  type Received,
  type Receiver,
  startReceiver,
  verifyMessage,
} from '../support/receiver.ts'
import { IS_LONG, scaled } from '../support/scale.ts'
import { createWorld, eventAt, type World } from '../support/world.ts'

/** Duties 72 to 76: what receivers get of the real outbox by the real sender, whatever they do. */

const NOW = Date.UTC(2026, 5, 10, 12)
const HOUR = 3_600_000
const LOOPBACK = createTargets(['127.0.0.0/8'])
const ENDS: (() => unknown)[] = []
/** Half a million signatures take a while. */
const WHILE = { timeout: IS_LONG ? 600_000 : 60_000 }

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

function hook(
  url: string,
  more: Partial<NewWebhook> = {},
): { readonly ref: number; readonly secret: string } {
  const secret = newWebhookSecret()
  const all = { events: null, site: null, isFull: false, createdAt: NOW }
  return { ref: world.service.addWebhook({ ...all, url, secret, ...more }), secret }
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
  const placesOf = new Map<string, { now: number; most: number }>()
  const warnings: string[] = []
  const sender = createSender({
    store: {
      dueMessages: async (...asked) => service.dueMessages(...asked),
      noteTries: async (tries) => service.noteTries(tries),
    },
    poster: {
      async post(letter) {
        const places = placesOf.get(letter.url) ?? { now: 0, most: 0 }
        placesOf.set(letter.url, places)
        places.most = Math.max(places.most, ++places.now)
        busy++
        try {
          return await poster.post(letter)
        } finally {
          busy--
          places.now--
        }
      },
    },
    clock: () => now,
    random: () => 0.5,
    home: 'https://pique.corp.example',
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
    /** Tries that were under way at once to an address. */
    mostTo: (url: string) => placesOf.get(url)?.most,
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
  test(
    'gets every message, in order of each lead, with signatures that are right',
    WHILE,
    async () => {
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
      // The library that receivers use reads the clock itself.
      vi.useFakeTimers({ toFake: ['Date'], now: NOW })
      ENDS.push(() => vi.useRealTimers())
      const library = new Webhook(secret)
      const takes = ({ headers, body }: Pick<Received, 'headers' | 'body'>) => {
        try {
          library.verify(body, headers as Record<string, string>) // Node's, of which these are texts
          return true
        } catch {
          return false
        }
      }
      let changes = 0
      for (const one of to.received) {
        expect(takes(one)).toBe(true)
        const bytes = Buffer.from(one.body)
        for (let i = 0; i < bytes.length; i += 1) {
          const changed = Buffer.from(bytes)
          changed[i] = (bytes[i] ?? 0) ^ 1
          if (takes({ ...one, body: changed.toString() })) throw new Error(`byte ${i} says nothing`)
          changes += 1
        }
        const seconds = Number(one.headers['webhook-timestamp']) - 1
        const replayed = { ...one.headers, 'webhook-timestamp': String(seconds) }
        expect(takes({ ...one, headers: replayed })).toBe(false)
      }
      vi.setSystemTime(NOW + 360_000)
      expect(to.received.filter(takes)).toEqual([])
      console.info(
        `${to.received.length} bodies taken, ${changes} changed ones and old ones refused`,
      )
    },
  )

  test(
    'that is down for 26 hours gets all of it afterwards, under the same ids',
    WHILE,
    async () => {
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
      const health = world.service.webhookHealth()
      expect(health).toMatchObject({ failing: 1, parked: 0, failingSince: expect.any(Number) })
      expect(health.waiting).toBe(2 * 26 * Math.ceil(leads / 26))
      const reader = createSqliteReader(world.path, createMailDomains('', ''))
      const alarm = async (at: number) => presentAlarm(await reader.webhooks(), at)
      expect(await alarm(Number(health.failingSince) + HOUR)).toBe(
        'Webhooks: crm.example took nothing for 1 h.',
      )
      expect(await alarm(Number(health.failingSince) + HOUR - 1)).toBeNull()
      // Nobody hammers what is down: two tries a minute at most, whatever waits.
      expect(triesWhileDown).toBeLessThan(26 * 60 * 2)
      isDown = false
      for (let i = 0; i < 400 && (i < 2 || stateOf().length > 0); i++) await pass(30_000)
      expect(new Set(taken).size).toBe(2 * 26 * Math.ceil(leads / 26))
      expect(taken).toHaveLength(new Set(taken).size)
      expect(new Set(tries.keys())).toEqual(new Set(taken))
      expect([await alarm(now), world.service.webhookHealth()]).toEqual([
        null,
        { waiting: 0, parked: 0, failing: 0, failingSince: null },
      ])
      console.info(`${taken.length} messages, ${triesWhileDown} tries in 26 hours, each taken once`)
    },
  )

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
    expect(world.service.webhookHealth()).toMatchObject({ parked: 6, waiting: 0 })
    expect(world.service.replayParked(ref, { until: NOW - 1 }, now)).toBe(0)
    expect(world.service.replayParked(ref, { since: NOW, until: NOW }, now)).toBe(6)
    for (let i = 0; i < 20; i++) await pass(1000)
    expect(tries).toBe(before + 6)
  })

  test('that answers 410 is sent nothing more, until somebody switches it on again', async () => {
    let status = 410
    const to = await receiver((response) => response.writeHead(status).end())
    const { ref } = hook(to.url)
    people(1)
    const { until, pass } = sending()
    await until(() => to.received.length === 1 && stateOf().length === 0)
    people(5)
    for (let i = 0; i < 10; i++) await pass(HOUR)
    expect(to.received).toHaveLength(1)
    status = 200
    expect(world.service.changeWebhook(ref, { isEnabled: true })).toBe(true)
    await until(() => to.received.length === 3)
    expect(to.received[1]?.id).toBe(to.received[0]?.id)
  })

  test.each<[string, Parameters<typeof startReceiver>[0]]>([
    ['hangs', () => {}],
    [
      'drips a byte at a time',
      (response) => {
        response.writeHead(200)
        const timer = setInterval(() => response.write('x'), 50)
        response.on('close', () => clearInterval(timer))
      },
    ],
    [
      'sends its head a byte at a time',
      ({ socket }) => {
        socket?.write('HTTP/1.1 200 OK\r\nx-slow: ')
        const timer = setInterval(() => socket?.write('x'), 50)
        socket?.on('close', () => clearInterval(timer))
      },
    ],
  ])(
    'that %s delays nobody else, has four places, and is left in time',
    WHILE,
    async (_, answer) => {
      const hanging = await receiver(answer)
      const others = await Promise.all(Array.from({ length: 9 }, () => receiver()))
      hook(hanging.url)
      for (const { url } of others) hook(url)
      const timeoutMs = 1500
      const { until, mostTo } = sending(createPoster({ targets: LOOPBACK, timeoutMs }))
      const leads = scaled(40, 8)
      const startedAt = performance.now()
      const toldMs = new Map<string, number>()
      for (let i = 1; i <= leads; i++) {
        toldMs.set(`ld_${i}`, performance.now())
        people(1)
        await until(() => performance.now() - startedAt >= i * 150)
      }
      await until(() => others.every(({ received }) => received.length >= 2 * leads), 60_000)
      const late = others
        .flatMap(({ received }) => received)
        .map(({ atMs, body }) => atMs - (toldMs.get(JSON.parse(body).data.lead) ?? 0))
        .sort((a, b) => a - b)
      const p99 = late[Math.floor(late.length * 0.99)] ?? Number.POSITIVE_INFINITY
      expect(p99).toBeLessThan(2000)
      expect(mostTo(hanging.url)).toBe(4)
      await until(() => performance.now() - startedAt > timeoutMs && hanging.open <= 4)
      expect(hanging.received.length).toBeGreaterThanOrEqual(4)
      console.info(`the other nine: ${late.length} messages, p99 ${p99.toFixed(0)} ms`)
    },
  )

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
    const sentBytes = () => endless.socketBytes()
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
    // What is read of it is 64 KiB and what was under way already in the machine's own buffers.
    expect(sentBytes() / endless.received.length).toBeLessThan(8 * 1024 * 1024)
  })

  test('that runs the code that the page shows takes what is ours, and nothing else', async () => {
    const code = (kind: string) => VERIFY_CODE.find(({ key }) => key === kind)?.code ?? ''
    const shown = `${code('node')}.on('listening', function () { console.log(this.address().port) })`
    const secret = newWebhookSecret()
    const program = spawn(process.execPath, ['--input-type=module', '-e', shown], {
      env: { ...process.env, PORT: '0', PIQUE_WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    ENDS.push(() => program.kill())
    const said: string[] = []
    program.stdout.on('data', (chunk) => said.push(...String(chunk).trim().split('\n')))
    while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const url = `http://127.0.0.1:${said.shift()}/`
    now = Date.now()
    hook(url, { secret })
    const to = await receiver()
    hook(to.url, { secret })
    people(5)
    const { until } = sending()
    await until(() => said.length === 10 && to.received.length === 10 && stateOf().length === 0)
    expect(said[0]).toMatch(/^msg_\S+ lead\.(identified|stage_changed) ld_\d$/)
    const [one] = to.received
    if (!one) return
    const headers = Object.fromEntries(
      ['id', 'timestamp', 'signature'].map((name) => [
        `webhook-${name}`,
        String(one.headers[`webhook-${name}`]),
      ]),
    )
    const post = async (body: string) =>
      (await fetch(url, { method: 'POST', headers, body })).status
    expect([await post(one.body), await post(`${one.body} `)]).toEqual([204, 401])
    const place = mkdtempSync(join(tmpdir(), 'pique-test-'))
    ENDS.push(() => rmSync(place, { recursive: true, force: true }))
    writeFileSync(join(place, 'body.json'), one.body)
    const [ID = '', TIMESTAMP = '', signature] = Object.values(headers)
    const signed = execFileSync('sh', ['-c', code('shell')], {
      cwd: place,
      env: { ...process.env, SECRET: secret, ID, TIMESTAMP },
    })
    expect(`v1,${String(signed).trim()}`).toBe(signature)
  })

  test('that is Slack is told in words, and believed what it answers', async () => {
    const answers: [number, string, Record<string, string>?][] = [
      [429, 'rate_limited', { 'retry-after': '30' }],
      [200, 'ok'],
      [400, 'invalid_payload'],
      [404, 'no_service'],
    ]
    const to = await receiver((response) => {
      const [status, text, headers] = answers.shift() ?? [200, 'ok']
      response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(text)
    })
    const { ref } = hook(to.url, { format: 'slack', isFull: true })
    people(1)
    const { until, pass } = sending()
    const reader = createSqliteReader(world.path, createMailDomains('', ''))
    const sent = async () => {
      const found = await reader.deliveries(`wh_${ref}`, {})
      const { data } = found.kind === 'found' ? found.value : { data: [] }
      return data.map(({ state, last_status, last_error }) => [state, last_status, last_error])
    }
    await until(() => to.received.length === 1 && stateOf().length === 0)
    const [limited] = await sent()
    expect(limited).toEqual(['waiting', 429, expect.stringContaining('too many')])
    await pass(29_000)
    expect(to.received).toHaveLength(1)
    await pass(1000)
    await until(() => to.received.length === 2)
    await until(() => stateOf().length === 0)
    const [, taken] = to.received
    expect(taken?.headers['content-type']).toBe('application/json')
    expect(taken?.body).toMatch(/^{"text":"p[\w-]+@corp\.example is now marketing-qualified/)
    expect(taken?.body).toContain('<https://pique.corp.example/leads/ld_1|Open the lead in Pique>')
    people(1)
    await until(() => to.received.length === 3 && stateOf().length === 0)
    expect((await sent())[0]).toEqual(['parked', 400, expect.stringContaining('invalid_payload')])
    people(1)
    await until(() => to.received.length === 4 && stateOf().length === 0)
    expect((await sent())[0]?.[2]).toMatch(
      /make a new one in Slack, and add it here \(no_service\)/,
    )
    expect((await reader.webhooks())[0]).toMatchObject({
      state: 'gone',
      url: expect.stringMatching(/…$/),
    })
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
    const canary6 = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => canary6.listen(canary.port, '::1', resolve))
    ENDS.push(() => new Promise((resolve) => canary6.close(resolve)))
    // Nothing is connected to at all, so nothing reaches an address that this machine does not have either.
    let sockets = 0
    const count = () => void sockets++
    subscribe('net.client.socket', count)
    ENDS.push(() => unsubscribe('net.client.socket', count))
    let looks = 0
    const named: Record<string, () => readonly string[]> = {
      'loopback.example': () => ['127.0.0.1'],
      'rebinds.example': () => [looks++ % 2 === 1 ? '1.1.1.1' : '127.0.0.1'],
      'both.example': () => ['1.1.1.1', '127.0.0.1'],
      'six.example': () => ['::1'],
      'mapped.example': () => ['::ffff:127.0.0.1'],
      'translated.example': () => ['64:ff9b::a9fe:a9fe'],
      'metadata.example': () => ['169.254.169.254'],
      'zone.example': () => ['fe80::1%lo'],
      'none.example': () => [],
    }
    const poster = createPoster({
      targets: createTargets([]),
      timeoutMs: 2000,
      resolve: async (name) =>
        (named[name]?.() ?? []).map((address) => ({
          address,
          family: address.includes(':') ? 6 : 4,
        })),
    })
    const hosts = [
      ...Object.keys(named),
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '017700000001',
      '127.1',
      '0',
      '[::]',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[fd00:ec2::254]',
      '169.254.169.254',
      '[::ffff:169.254.169.254]',
    ]
    expect(hosts.length).toBeGreaterThanOrEqual(22)
    const { port } = canary
    for (const host of hosts) {
      for (const scheme of ['https', 'http']) {
        looks = 0
        const answer = await poster.post(letter(`${scheme}://${host}:${port}/`))
        expect([host, answer.kind === 'failed' && answer.error]).toEqual([
          host,
          expect.stringContaining('private network'),
        ])
      }
    }
    expect([sockets, canary.connections]).toEqual([0, 0])
    // The count counts.
    await createPoster({ targets: LOOPBACK, timeoutMs: 2000 }).post(letter(canary.url))
    expect([sockets, canary.connections]).toEqual([1, 1])
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
