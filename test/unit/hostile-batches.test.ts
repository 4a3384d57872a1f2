import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { REFUSALS, REJECT_CODES } from '../../collector/errors.ts'
import { isDeeper } from '../../collector/ingest/json-depth.ts'
import { type EventContext, parseBatch, parseEvent } from '../../collector/ingest/parse.ts'
import { normalProps } from '../../collector/ingest/props.ts'
import { REMOVABLE } from '../support/hostile-strings.ts'
import { hostileBatch } from '../support/hostile-values.ts'
import { IS_LONG, scaled } from '../support/scale.ts'

vi.setConfig({ testTimeout: IS_LONG ? 300_000 : 30_000 })

/** Whatever comes, the parser answers: with a refusal, or with events of which each is in normal form. */

const NOW = Date.parse('2026-11-21T20:00:00Z')
const CONTEXT: EventContext = {
  receivedAt: NOW,
  sentAt: null,
  human: true,
  bot: null,
  isCookieless: false,
  trusted: null,
  site: { key: 'k', signingSecret: 's', needsSignature: false },
}
const NEVER = ['__proto__', 'constructor', 'prototype']

/** What is wrong with a kept value, or nothing. */
function flawsOf(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const isKey = key !== '' && !NEVER.includes(key) && !REMOVABLE.test(key) && key.length <= 128
    const isValue =
      typeof value === 'boolean' ||
      (typeof value === 'string' && !REMOVABLE.test(value) && value.length <= 1000) ||
      (typeof value === 'number' &&
        Math.abs(value) <= Number.MAX_SAFE_INTEGER &&
        !Object.is(value, -0))
    return isKey && isValue ? [] : [`${key}: ${String(value)}`]
  })
}

function check(body: string): void {
  const parsed = parseBatch(body)
  if (!parsed.ok) {
    expect(Object.keys(REFUSALS)).toContain(parsed.code)
    return
  }
  const { batch } = parsed
  for (const [index, raw] of batch.events.entries()) {
    const read = parseEvent(raw, index, { ...CONTEXT, sentAt: batch.sentAt, human: batch.human })
    if (!read.ok) {
      expect(Object.keys(REJECT_CODES)).toContain(read.code)
      continue
    }
    const { event } = read
    expect(event.id).toMatch(/^[0-9a-f]{32}$/)
    expect(event.at >= 0 && event.at <= NOW && Number.isSafeInteger(event.at)).toBe(true)
    for (const text of [event.type, event.url, event.referrer, event.title]) {
      expect(REMOVABLE.test(text ?? '')).toBe(false)
    }
    expect(flawsOf(event.props ?? {})).toEqual([])
    expect(flawsOf(event.claim?.traits ?? {})).toEqual([])
    const again = event.props && normalProps(event.type, event.props)
    expect(again).toEqual(event.props)
  }
}

describe('the parser never throws, and keeps only what is in normal form', () => {
  test('batches with anything in the place of anything', () => {
    fc.assert(
      fc.property(hostileBatch, (batch) => check(JSON.stringify(batch))),
      {
        numRuns: scaled(60_000),
      },
    )
  })

  test('batches with a few characters changed', () => {
    const change = fc.record({
      at: fc.nat(),
      cut: fc.nat(5),
      put: fc.string({ unit: 'binary', maxLength: 4 }),
    })
    const changes = fc.array(change, { minLength: 1, maxLength: 5 })
    const property = fc.property(hostileBatch, changes, (batch, made) => {
      let body = JSON.stringify(batch)
      for (const { at, cut, put } of made) {
        const start = at % (body.length + 1)
        body = body.slice(0, start) + put + body.slice(start + cut)
      }
      check(body)
    })
    fc.assert(property, { numRuns: scaled(20_000) })
  })

  test('texts, bytes and JSON of any kind', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((one) => Buffer.from(one).toString('utf8'))
    const text = fc.oneof(bytes, fc.json(), fc.string({ unit: 'binary' }), fc.string())
    fc.assert(fc.property(text, check), { numRuns: scaled(20_000) })
  })
})

test('minus nothing is nothing', () => {
  const id = '0192f3a4-5b6c-7d8e-9f01-23456789abcd'
  const text = `{"id":"${id}","type":"own","at":${NOW},"props":{"a":-0,"b":-0.0,"c":-0e9,"d":1e-999}}`
  const read = parseEvent(JSON.parse(text), 0, CONTEXT)
  expect(read.ok && Object.values(read.event.props ?? {}).map((one) => Object.is(one, 0))).toEqual([
    true,
    true,
    true,
    true,
  ])
})

describe('nesting', () => {
  test.each([
    ['10 000 lists', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['65 000 open lists', '['.repeat(65_000)],
    ['groups', '{"a":'.repeat(13_000)],
    ['behind a text of backslashes', `{"a":"${'\\'.repeat(30_000)}","b":${'['.repeat(30_000)}`],
    ['a text of escaped quotes that never ends', `{"a":"${'\\"'.repeat(32_000)}`],
    ['65 000 quotes', '"'.repeat(65_000)],
  ])('%s is refused in less than 5 ms', (_, body) => {
    const times = Array.from({ length: 9 }, () => {
      const startedAt = performance.now()
      expect(parseBatch(body)).toEqual({ ok: false, code: 'not_json' })
      return performance.now() - startedAt
    })
    expect(times.sort((a, b) => a - b)[4]).toBeLessThan(5)
  })

  test('100 000 levels are too large to be looked at', () => {
    expect(parseBatch('['.repeat(100_000))).toEqual({ ok: false, code: 'body_too_large' })
  })

  test('is measured as the parser would find it', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
        : 0
    const property = fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(7), (value, most) => {
      expect(isDeeper(JSON.stringify(value), most)).toBe(depthOf(value) > most)
    })
    fc.assert(property, { numRuns: scaled(5_000) })
  })
})
