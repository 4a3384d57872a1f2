import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleOf } from '../../collector/ingest/sample.ts'

const ID = '0192f3a4-5b6c-7d8e-9f01-23456789abcd'

describe('of a refused event is kept', () => {
  test('no key that would reach a prototype', () => {
    const props = JSON.parse('{"__proto__":{"polluted":1},"constructor":1,"prototype":1,"ok":1}')
    expect(JSON.parse(sampleOf({ id: ID, type: 'x', at: 1, props })).props).toEqual({
      ok: 'number',
    })
  })

  test('what helps its sender to mend it', () => {
    const sample = sampleOf({
      id: ID,
      type: 'identify',
      at: 'yesterday',
      session: 'not-a-uuid',
      view: 7,
      url: 'https://x.example/reset?token=abc&utm_source=a',
      referrer: 'https://y.example/?q=secret',
      title: 'Jane’s account',
      unknown: 'value',
      props: {
        user_id: '42',
        email: 'jane@example.com',
        traits: { name: 'Jane' },
        age: 5,
        ok: true,
      },
    })
    expect(JSON.parse(sample)).toEqual({
      id: ID,
      type: 'identify',
      at: 'yesterday',
      session: 'not-a-uuid',
      view: 7,
      url: 'https://x.example/reset?utm_source=a',
      referrer: 'https://y.example/',
      props: { user_id: 'string', email: 'string', traits: 'object', age: 'number', ok: 'boolean' },
    })
  })

  const cases: [string, unknown, unknown][] = [
    ['of what is no event, what it is', 'jane@example.com', '[string]'],
    ['of a list neither', [['secret']], '[array]'],
    ['null', null, null],
    ['of nothing, nothing', undefined, null],
    ['of an address that is none, that', { url: '/reset?token=abc' }, { url: '[invalid]' }],
    ['of a referrer too', { referrer: 'jane@example.com' }, { referrer: '[invalid]' }],
    ['of wrong types their names', { id: {}, at: [], url: 7 }, { id: '[object]', at: '[array]', url: '[number]' }],
    ['of a list of props, that', { props: ['secret'] }, { props: '[array]' }],
    ['no e-mail, wherever', { id: 'jane@example.com', type: 'a jane%40example.com' }, { id: '[email]', type: 'a [email]' }],
    ['nor in a key', { props: { 'jane@example.com': 1 } }, { props: { '[email]': 'number' } }],
    ['nor a card', { at: 4111111111111111, view: '4111 1111 1111 1111' }, { at: '[card]', view: '[card]' }],
  ] // biome-ignore format: a table
  test.each(cases)('%s', (_, value, expected) => {
    expect(JSON.parse(sampleOf(value))).toEqual(expected)
  })

  test('at most 2 000 characters of valid JSON, whatever comes', () => {
    const big = '"\\\ud800\u0000ä'.repeat(10_000)
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}${big.slice(i % 9, 90)}`, i]))
    const url = `https://x.example/${'ä/'.repeat(3_000)}`
    const full = { id: big, type: big, at: big, session: big, view: big, url, referrer: url, props: many }
    expect(sampleOf(full).length).toBeLessThanOrEqual(2_000)
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), fc.dictionary(fc.string(), fc.anything()), (value, props) => {
        for (const each of [value, { ...full, props }, { ...full, id: value, props: value }]) {
          const sample = sampleOf(each)
          expect(sample.length).toBeLessThanOrEqual(2_000)
          JSON.parse(sample)
        }
      }),
    )
  }) // biome-ignore format: dense

  test('of what is nested ten thousand deep too', () => {
    let deep: unknown = []
    for (let i = 0; i < 10_000; i += 1) deep = [deep]
    expect(sampleOf({ props: { deep } })).toBe('{"props":{"deep":"array"}}')
    expect(sampleOf(deep)).toBe('"[array]"')
  })
})
