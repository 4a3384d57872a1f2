/**
 * `pique/webhooks` as a receiver uses it: it and the npm `standardwebhooks` verifier take the same messages
 * and refuse the same, theirs and those of a started collector; and its types are what really arrives.
 */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verify, type WebhookEvent } from '../../collector/package/webhooks.ts'
import { EVENT_TYPES, TEST_TYPE } from '../../collector/webhooks/news.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { type Consumer, installConsumer } from '../support/consumer.ts'
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/tag-collector.ts'
import { CHROME, eventAt } from '../support/world.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
const BODY =
  '{"type":"pique.test","timestamp":"2026-11-21T20:00:00.000Z","data":{"webhook":"wh_1","at":"2026-11-21T20:00:00.000Z"}}'

/** A message of now, or of some seconds ago, signed by the other side's library. */
function signed(secret = SECRET, secondsAgo = 0, body = BODY) {
  const at = new Date(Math.floor(Date.now() / 1000 - secondsAgo) * 1000)
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at.getTime() / 1000),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  }
}
const codeOf = (message: Promise<unknown>) =>
  message.then(
    () => 'verified',
    (error) => error.code ?? String(error),
  )

describe('what the other library signs', () => {
  test('is verified, whatever form body, headers and secrets have', async () => {
    const headers = signed()
    const bytes = new TextEncoder().encode(BODY)
    const node = {
      'Webhook-Id': ['msg_1'],
      'WEBHOOK-TIMESTAMP': headers['webhook-timestamp'],
      'Webhook-Signature': headers['webhook-signature'],
    }
    const both = {
      ...headers,
      'webhook-signature': `v1a,AAAA v1,AAAA ${headers['webhook-signature']}`,
    }
    const event = JSON.parse(BODY)
    expect(await verify(BODY, headers, SECRET)).toEqual(event)
    expect(await verify(bytes, new Headers(headers), [OTHER, SECRET])).toEqual(event)
    expect(await verify(bytes.buffer, node, SECRET.slice('whsec_'.length))).toEqual(event)
    expect(await verify(Buffer.from(BODY), both, SECRET)).toEqual(event)
  })

  test('a changed byte anywhere, another secret and no header are refused by both', async () => {
    const headers = signed()
    const other = new Webhook(SECRET)
    let changed = 0
    for (let i = 0; i < BODY.length; i++) {
      const body = `${BODY.slice(0, i)}${BODY[i] === '~' ? '.' : '~'}${BODY.slice(i + 1)}`
      expect(() => other.verify(body, headers), `byte ${i}`).toThrow()
      expect(await codeOf(verify(body, headers, SECRET)), `byte ${i}`).toBe('invalid_signature')
      changed++
    }
    expect(changed).toBe(BODY.length)
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const) {
      const value = headers[name]
      for (let i = 0; i < value.length; i++) {
        const one = {
          ...headers,
          [name]: `${value.slice(0, i)}${value[i] === '1' ? '2' : '1'}${value.slice(i + 1)}`,
        }
        expect(await codeOf(verify(BODY, one, SECRET)), `${name} ${i}`).not.toBe('verified')
        expect(() => other.verify(BODY, one), `${name} ${i}`).toThrow()
      }
      const { [name]: _, ...without } = headers
      expect(await codeOf(verify(BODY, without, SECRET))).toBe('missing_header')
    }
    expect(await codeOf(verify(BODY, headers, OTHER))).toBe('invalid_signature')
  })

  test('is refused when it is six minutes old or ahead, by both, and within the tolerance taken', async () => {
    for (const [secondsAgo, code] of [
      [360, 'too_old'],
      [-360, 'too_new'],
    ] as const) {
      const headers = signed(SECRET, secondsAgo)
      expect(() => new Webhook(SECRET).verify(BODY, headers)).toThrow()
      expect(await codeOf(verify(BODY, headers, SECRET))).toBe(code)
      expect(await codeOf(verify(BODY, headers, SECRET, { tolerance: 400 }))).toBe('verified')
    }
    const now = Date.now()
    expect(await codeOf(verify(BODY, signed(SECRET, 290), SECRET, { now }))).toBe('verified')
    expect(await codeOf(verify(BODY, signed(), SECRET, { now: now + 301_500 }))).toBe('too_old')
  })

  test('what can’t be right is said in words, and no secret is', async () => {
    const headers = signed()
    const asAny = (value: unknown) => value as string // what a program without types may pass
    const wrong = (...given: Parameters<typeof verify>) =>
      verify(...given).then(
        () => 'verified',
        (error: Error) => error.message,
      )
    expect(await wrong(BODY, headers, asAny(undefined))).toMatch(/no secret was given/)
    expect(await wrong(BODY, headers, '')).toMatch(/the secret is 0 characters; expected whsec_/)
    expect(await wrong(BODY, headers, 'hunter2 hunter2')).not.toContain('hunter2')
    expect(await wrong(asAny(JSON.parse(BODY)), headers, SECRET)).toMatch(
      /of type object; expected the body as it was received/,
    )
    expect(await wrong(BODY, asAny(undefined) as never, SECRET)).toBe(
      'the header webhook-id is missing',
    )
    expect(await wrong(BODY, { ...headers, 'webhook-timestamp': 'soon' }, SECRET)).toMatch(
      /"soon"; expected epoch seconds/,
    )
    expect(await wrong(BODY, headers, SECRET, { tolerance: Number.NaN })).toMatch(
      /tolerance is NaN/,
    )
    expect(await wrong('nonsense', signed(SECRET, 0, 'nonsense'), SECRET)).toMatch(
      /no JSON with a type/,
    )
  })
})

describe('what a started collector delivers', () => {
  let place: ReturnType<typeof createPlace>
  let collector: RunningCollector
  let consumer: Consumer
  const receivers: Receiver[] = []
  const secrets: string[] = []

  const send = (path: string, body: object, method = 'POST') =>
    collector.api(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  /** Somebody, by what a browser of theirs says, some seconds ago. */
  async function claim(
    site: string,
    props: NonNullable<WireEvent['props']>,
    secondsAgo: number,
    ...more: readonly string[]
  ) {
    const now = Date.now()
    const at = now - secondsAgo * 1000
    const events = [eventAt(at, 'identify', { props }), ...more.map((type) => eventAt(at, type))]
    const batch = { site, browser: randomUUID(), human: true, sentAt: now, events }
    const headers = { 'user-agent': CHROME }
    const answer = await fetch(`${collector.url}/e`, {
      method: 'POST',
      headers,
      body: JSON.stringify(batch),
    })
    expect(await answer.json()).toMatchObject({ accepted: events.length })
  }

  beforeAll(async () => {
    consumer = installConsumer()
    place = createPlace()
    const env = { PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8' }
    collector = await startBuilt('start', place.store, [], { env })
    const { data: sites } = await (await collector.api('/sites')).json()
    const { key } = sites[0]
    for (const personal of [false, true]) {
      const receiver = await startReceiver()
      receivers.push(receiver)
      const { id, secret } = await (await send('/webhooks', { url: receiver.url, personal })).json()
      secrets.push(secret)
      expect((await collector.api(`/webhooks/${id}/test`, { method: 'POST' })).status).toBeLessThan(
        300,
      )
    }
    await claim(key, { email: 'ada@corp.example', traits: { name: 'Ada <b>' } }, 60, 'request_demo')
    await claim(key, { user_id: '7' }, 50)
    // Said late, and of before: the two were one person from the beginning.
    await claim(key, { user_id: '7', email: 'ada@corp.example' }, 600)
    await send('/leads/email%3Aada%40corp.example/adjustments', {
      points: 90,
      reason: 'Met at the fair',
    })
    await waitFor(
      () =>
        receivers.every(({ received }) =>
          received.some(({ body }) => body.includes('score_crossed')),
        ),
      () =>
        receivers.map(({ received }) => received.map(({ body }) => body.slice(0, 40))).join('\n'),
    )
    await collector.api('/leads/email%3Aada%40corp.example', { method: 'DELETE' })
    const all = [...EVENT_TYPES, TEST_TYPE]
    const typesOf = ({ received }: Receiver) =>
      new Set(received.map(({ body }) => JSON.parse(body).type))
    await waitFor(
      () => receivers.every((one) => typesOf(one).size === all.length),
      () => receivers.map((one) => [...typesOf(one)].join()).join('\n'),
    )
  })
  afterAll(async () => {
    await collector?.stop()
    for (const one of receivers) await one.close()
    place?.remove()
    consumer?.remove()
  })

  const each = (): (readonly [Received, string])[] =>
    receivers.flatMap(({ received }, i) => received.map((one) => [one, secrets[i] ?? ''] as const))

  test('both libraries verify every message, and refuse it changed or late', async () => {
    expect(each().length).toBeGreaterThanOrEqual(12)
    for (const [{ body, headers }, secret] of each()) {
      const theirs = new Webhook(secret).verify(body, headers as Record<string, string>) // as Node has them
      expect(await verify(body, headers, secret)).toEqual(theirs)
      const changed = body.replace('"timestamp"', '"timestamq"')
      expect(() => new Webhook(secret).verify(changed, headers as Record<string, string>)).toThrow()
      expect(await codeOf(verify(changed, headers, secret))).toBe('invalid_signature')
      expect(await codeOf(verify(body, headers, OTHER))).toBe('invalid_signature')
      const later = Date.now() + 360_000
      expect(await codeOf(verify(body, headers, secret, { now: later }))).toBe('too_old')
    }
  })

  test('its types are what arrives, to the field', () => {
    const interfaceOf: Readonly<Record<WebhookEvent['type'], string>> = {
      'lead.identified': 'LeadIdentified',
      'lead.stage_changed': 'LeadStageChanged',
      'lead.score_crossed': 'LeadScoreCrossed',
      'lead.merged': 'LeadMerged',
      'lead.erased': 'LeadErased',
      'pique.test': 'Test',
    }
    // A literal with a field that its type does not know is an error, and so is one without one it needs.
    const literalOf = (body: string) => {
      const { type }: WebhookEvent = JSON.parse(body) // signed, and verified above
      return `import type { ${interfaceOf[type]} } from 'pique/webhooks'\nexport const a: ${interfaceOf[type]} = ${body}`
    }
    const bodies = each().map(([{ body }]) => body)
    const options = {
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
    }
    writeFileSync(join(consumer.directory, 'package.json'), '{"type":"module"}')
    const more = bodies.map((body) => body.replace('"data":{', '"data":{"more":1,'))
    const less = bodies.map((body) => body.replace(/"at":"[^"]+",?/, '').replace(/,}/, '}'))
    const found = consumer.typeProblems([...bodies, ...more, ...less].map(literalOf), options)
    const isWrong = found.map((problems) => problems.length > 0)
    expect(found.slice(0, bodies.length)).toEqual(bodies.map(() => []))
    expect(isWrong.slice(bodies.length)).toEqual([...more, ...less].map(() => true))
  })
})
