import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { WireEvent } from '../../shared/wire.ts'
import { HOSTILE_STRINGS } from '../support/hostile-strings.ts'
import { hostileBatch } from '../support/hostile-values.ts'
import { IS_LONG, scaled } from '../support/scale.ts'
import { readStored } from '../support/stored-events.ts'
import { createWorld, eventAt, type World } from '../support/world.ts'

vi.setConfig({ testTimeout: IS_LONG ? 300_000 : 30_000 })

/**
 * What was taken is in the store as the documented normal form, to the byte, and sending what was
 * kept again keeps the same. What the form is, is written down here a second time, on purpose.
 */

const NOW = Date.parse('2026-11-21T20:00:00Z')
const HERE = { address: '127.0.0.1' } // nobody's network, so no limit of one
const worlds: World[] = []

function newWorld(): World {
  const world = createWorld()
  worlds.push(world)
  return world
}
afterEach(() => {
  for (const world of worlds.splice(0)) world.close()
})

/** Lone surrogates become U+FFFD, controls go, the ends are trimmed, code points are counted. */
function normalOf(text: string, most: number): string {
  // A text that goes through UTF-8 comes back without lone surrogates.
  const clean = [...Buffer.from(text).toString()].filter((point) => {
    const code = point.codePointAt(0) ?? 0
    return code > 0x9f || (code > 0x1f && code < 0x7f)
  })
  return [...clean.join('').trim()].slice(0, most).join('').trimEnd()
}

describe('props', () => {
  const SAFE = Number.MAX_SAFE_INTEGER
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(
      -0,
      0,
      1e308,
      -1e308,
      5e-324,
      2 ** 53,
      -(2 ** 53),
      2 ** 63,
      2 ** 64,
      -(2 ** 63),
    ),
  )
  const word = fc.string({
    unit: fc.constantFrom(...'abcé😀 ñ한\u0000\u0007\u0085'),
    maxLength: 30,
  })
  const value = fc.oneof(
    number,
    fc.boolean(),
    word,
    fc.constantFrom(null, [], {}, [1], { a: 1 }, ...HOSTILE_STRINGS.slice(0, 20)),
  )
  const key = fc.string({ unit: fc.constantFrom(...'abcdefgh_'), minLength: 1, maxLength: 12 })
  const props = fc.dictionary(key, value, { maxKeys: 10, noNullPrototype: true })

  /** Undefined where it is not kept. */
  function keptOf(sent: unknown): unknown {
    if (typeof sent === 'string') return normalOf(sent, 500)
    if (typeof sent === 'boolean') return sent
    if (typeof sent !== 'number' || !Number.isFinite(sent)) return undefined
    return Math.min(SAFE, Math.max(-SAFE, sent)) + 0
  }
  const isCard = (sent: unknown) => typeof sent === 'number' && sent >= 1e12

  test('read back as their normal form, and that form as itself', () => {
    const world = newWorld()
    const sent = new Map<string, Record<string, unknown>>()
    const all = fc.sample(props, scaled(10_000))
    const groups = Array.from({ length: Math.ceil(all.length / 100) }, (_, i) =>
      all.slice(i * 100, i * 100 + 100),
    )
    const deliver = (group: readonly Record<string, unknown>[]) => {
      const events = group.map((one) => {
        const id = randomUUID()
        sent.set(id.replaceAll('-', ''), one)
        return eventAt(NOW, 'own', { id, props: one as NonNullable<WireEvent['props']> }) // hostile on purpose
      })
      const answer = world.deliver({ browser: randomUUID(), events }, NOW, HERE)
      expect(answer).toMatchObject({ accepted: group.length, rejected: [] })
    }
    for (const group of groups) deliver(group)
    const stored = readStored(world.path)
    expect(stored).toHaveLength(all.length)
    for (const { id, props: kept } of stored) {
      for (const [name, value] of Object.entries(sent.get(id) ?? {})) {
        const wanted = keptOf(JSON.parse(JSON.stringify(value)))
        if (kept[name] === '[card]' && isCard(value)) continue
        if (!Object.is(kept[name], wanted))
          expect({ [name]: kept[name] }).toEqual({ [name]: wanted })
      }
      expect(Object.keys(kept).length).toBeLessThanOrEqual(Object.keys(sent.get(id) ?? {}).length)
    }
    sent.clear()
    for (let at = 0; at < stored.length; at += 100) {
      deliver(stored.slice(at, at + 100).map((one) => ({ ...one.props })))
    }
    const again = readStored(world.path).filter(({ id }) => sent.has(id))
    expect(again).toHaveLength(all.length)
    for (const { id, props: kept } of again) expect(kept).toEqual(sent.get(id))
  })

  test('of numbers that JSON can not hold, none is kept', () => {
    const world = newWorld()
    const id = randomUUID()
    const event = `{"id":"${id}","type":"own","at":${NOW},"props":{"a":1e999,"b":-1e999,"c":-0,"d":9223372036854775808,"e":0.1,"f":-9007199254740993,"g":5e-324}}`
    const body = `{"site":"site-under-test","browser":"${randomUUID()}","events":[${event}]}`
    const raw = {
      body,
      receivedAt: NOW,
      userAgent: 'Mozilla/5.0',
      origin: null,
      address: '127.0.0.1',
    }
    world.service.ingest([raw])
    const [kept] = readStored(world.path)
    expect(kept?.props).toEqual({ c: 0, d: SAFE, e: 0.1, f: -SAFE, g: 5e-324 })
    expect(Object.is(kept?.props.c, 0)).toBe(true)
  })
})

test('each event of a random batch has one verdict, and what is accepted is stored', () => {
  const world = newWorld()
  let accepted = 0
  let sum = 0
  const batches = fc.sample(hostileBatch, scaled(10_000))
  for (let at = 0; at < batches.length; at += 50) {
    const group = batches.slice(at, at + 50)
    const raw = { receivedAt: NOW, userAgent: 'Mozilla/5.0', origin: null, ...HERE }
    const answers = world.service.ingest(
      group.map((batch) => ({ ...raw, body: JSON.stringify(batch) })),
    )
    for (const [index, { status, body }] of answers.entries()) {
      expect([202, 400, 403, 413]).toContain(status)
      if (status !== 202) continue
      const said = JSON.parse(body)
      const count = said.accepted + said.duplicates + said.ignored + said.rejected.length
      const { events } = group[index] as { readonly events: readonly unknown[] } // or no 202
      expect(count, body).toBe(events.length)
      accepted += said.accepted
      sum += count
    }
  }
  expect(readStored(world.path)).toHaveLength(accepted)
  expect(accepted).toBeGreaterThan(sum / 10)
  expect(accepted).toBeLessThan(sum)
})

describe('strings', () => {
  const PLAIN = 'nobody-else'

  /** Every text that the store holds in this column, as bytes in hex. */
  function bytesOf(world: World, sql: string): ReadonlySet<string> {
    const db = new Database(world.path, { readonly: true })
    try {
      return new Set(db.prepare<[], string>(sql).pluck().all())
    } finally {
      db.close()
    }
  }
  const hexOf = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
  const TEXTS = 'SELECT hex(value) FROM text'

  test('60 of them are the same bytes in every field', () => {
    expect(HOSTILE_STRINGS.length).toBeGreaterThanOrEqual(60)
    const world = newWorld()
    for (const [index, text] of HOSTILE_STRINGS.entries()) {
      // Seven times a long text is more than a batch may hold.
      const key = text.length <= 500 ? { [text]: index } : {}
      const rest = { title: text, props: { value: text, ...key } }
      const traits = { name: text, ...key }
      const events = [
        eventAt(NOW, 'page_view', { ...rest, url: 'https://a.example/' }),
        eventAt(NOW, text, {}),
        eventAt(NOW, 'identify', {
          props: { user_id: `${index}${text.length < 400 ? text : ''}`, traits },
        }),
        eventAt(NOW, 'identify', {
          props: { user_id: `${PLAIN}${index}`, email: `${text}@a.example` },
        }),
      ]
      world.deliver({ browser: randomUUID(), events: events.slice(0, 3) }, NOW, HERE)
      world.deliver({ browser: randomUUID(), events: events.slice(3) }, NOW, HERE)
    }
    const texts = bytesOf(world, TEXTS)
    const users = bytesOf(world, 'SELECT hex(user_id) FROM claim')
    const names = bytesOf(world, "SELECT hex(json_extract(traits, '$.name')) FROM claim")
    const props = readStored(world.path).map((event) => event.props)
    const wrong: string[] = []
    const want = (isThere: boolean, what: string) => isThere || wrong.push(what)
    for (const [index, text] of HOSTILE_STRINGS.entries()) {
      const shown = JSON.stringify(text.slice(0, 40))
      const title = normalOf(text, 300)
      if (title !== '') want(texts.has(hexOf(title)), `title ${shown}`)
      const type = normalOf(text, 100)
      if (type !== '' && text.length <= 100) want(texts.has(hexOf(type)), `type ${shown}`)
      const user = normalOf(`${index}${text}`, 400)
      if (text.length < 400) want(users.has(hexOf(user)), `user id ${shown}`)
      want(names.has(hexOf(normalOf(text, 500))), `trait ${shown}`)
      const value = normalOf(text, 500)
      want(
        props.some((one) => Object.is(one.value, value)),
        `prop ${shown}`,
      )
      const key = normalOf(text, 64)
      if (key !== '' && text.length <= 500)
        want(
          props.some((one) => one[key] === index),
          `key ${shown}`,
        )
    }
    expect(wrong).toEqual([])
    for (const held of [texts, users, names]) {
      for (const hex of held) expect(Buffer.from(hex, 'hex').toString()).not.toMatch(/\p{Cc}/u)
    }
  })

  test('an e-mail is NFC and lower case before it is compared, and one person however it was typed', () => {
    const world = newWorld()
    const ways = [
      'Jose\u0301@Ex\u0061mple.com',
      'JOS\u00c9@example.com',
      ' jos\u00e9@example.com\u0000',
      'jos\u0065\u0301@EXAMPLE.COM',
    ]
    for (const email of ways) {
      world.deliver(
        { browser: randomUUID(), events: [eventAt(NOW, 'identify', { props: { email } })] },
        NOW,
        HERE,
      )
    }
    expect([...bytesOf(world, 'SELECT hex(email) FROM claim')]).toEqual([
      hexOf('jos\u00e9@example.com'),
    ])
    expect(bytesOf(world, 'SELECT id FROM lead').size).toBe(1)
  })
})
