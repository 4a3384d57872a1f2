import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { parseModel } from '../../collector/scoring/model.ts'
import { createWorld, defaultModelYaml, eventAt } from '../support/world.ts'

const modelWith = (rule: string) => `
name: Test
mql: { enter: 100, exit: 60, dwell_days: 14, cool_down_days: 30, min_fit: C, min_active_days: 2 }
pages: { key: ["/pricing*"] }
rules:
  - { id: a, label: A, points: 1, half_life_days: 7, ${rule} }
`
const problemsOf = (yaml: string) => {
  const parsed = parseModel(yaml)
  return parsed.ok ? [] : parsed.problems
}

describe('a model file', () => {
  test('the default one is fine', () => {
    expect(problemsOf(defaultModelYaml())).toEqual([])
  })

  const cases: [string, string[]][] = [
    ['on: [x, y]', []],
    ['on: x, where: { page: key }', []],
    ['on: x, where: { props: { a: 1 } }', []],
    ['on: engaged_time, saturation_s: 60, where: { page: key }', []],
    ['on: [x, y, x]', ['rules.0.on: "x" is listed twice']],
    ['on: [x, x, x, y, y]', ['rules.0.on: "x" is listed twice', 'rules.0.on: "y" is listed twice']],
    ['on: x, where: { page: none }', ['rules.0.where: there is no page group "none" under pages']],
    ...['toString', 'constructor', '__proto__', 'hasOwnProperty'].map(
      (page): [string, string[]] => [
        `on: x, where: { page: ${page} }`,
        [`rules.0.where: there is no page group "${page}" under pages`],
      ],
    ),
    [
      'on: engaged_time, saturation_s: 60, where: { props: { a: 1 } }',
      ['rules.0.where: props never hold for engaged_time: its pings carry none'],
    ],
  ]
  test.each(cases)('%s', (rule, expected) => {
    expect(problemsOf(modelWith(rule))).toEqual(expected)
  })
})

test('the names that the collector derives count nothing when they are sent', () => {
  const NOW = Date.UTC(2026, 4, 5, 10)
  const props = { paid: true, channel: 'paid' }
  const session = '0192f3a4-5b6c-7d8e-9f01-23456789abcd'
  const url = 'https://shop.example/'
  const bucketsOf = (types: readonly string[]) => {
    const world = createWorld()
    try {
      const events = ['page_view', ...types].map((type, i) =>
        eventAt(NOW - 9000 + i, type, { session, url, ...(i > 0 && { props }) }),
      )
      const browser = '0192f3a4-0000-7d8e-9f01-23456789abcd'
      const answer = world.deliver({ browser, sentAt: NOW, human: true, events }, NOW)
      expect(answer).toMatchObject({ accepted: events.length, rejected: [] })
      expect(world.verify().differences).toEqual([])
      const db = new Database(world.path, { readonly: true })
      const buckets = db.prepare('SELECT rule, day, count FROM bucket ORDER BY rule, day').all()
      db.close()
      return buckets
    } finally {
      world.close()
    }
  }
  const alone = bucketsOf([])
  expect(alone.length).toBeGreaterThan(0)
  expect(bucketsOf(['session', 'session', 'landing', 'engaged_time'])).toEqual(alone)
})
