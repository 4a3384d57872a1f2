import { describe, expect, test } from 'vitest'
import { createAgents } from '../../collector/ingest/agent.ts'
import { cleanAddresses, cleanReferrer, cleanUrl } from '../../collector/ingest/clean-url.ts'
import { maskPersonal, maskSecrets } from '../../collector/ingest/mask.ts'
import { normalProps, normalType } from '../../collector/ingest/props.ts'
import { sampleOf } from '../../collector/ingest/sample.ts'
import { cleanText, normalEmail, normalUserId } from '../../collector/ingest/text.ts'
import { compileGlob } from '../../collector/scoring/glob.ts'
import { randomOf } from '../support/random.ts'
import { scaled } from '../support/scale.ts'

/** No text makes a pattern work longer than its length is worth. */

const TRIES = 5

/** CPU time of this process, which what else runs on the machine does not add to. */
function timeOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Tried again where it is too slow: garbage of others may have been collected meanwhile. */
function msOf(work: () => void, enoughMs: number): number {
  let best = timeOf(work)
  for (let i = 1; i < TRIES && best > enoughMs; i += 1) best = Math.min(best, timeOf(work))
  return best
}

describe('user agents', () => {
  const BUDGET_MS = 5
  const random = randomOf(44)
  const PIECES = [
    ...[
      'Mozilla/5.0 ',
      '(',
      ')',
      ';',
      ' ',
      '/',
      '.',
      '-',
      '_',
      'bot',
      'Chrome/',
      'Safari/',
      'Version/',
    ],
    ...[
      'Mobile ',
      'Android ',
      'Linux; ',
      'Build/',
      'Windows NT ',
      'iPhone OS ',
      'a',
      '0',
      '1.1.1',
      'compatible; ',
    ],
    ...[
      'SAMSUNG ',
      'LG-',
      'HUAWEI ',
      'SM-',
      'Opera ',
      'MSIE ',
      'rv:',
      'Gecko',
      'like',
      'http://',
      '+',
      'crawl',
    ],
    ...[
      'Nokia',
      'BlackBerry',
      'PlayStation ',
      'Xbox ',
      'SmartTV ',
      'DuckDuckGo/',
      'Headless',
      'preview',
      '\t',
      'é',
    ],
  ]

  /** One piece over and over, two in turn, or a heap of them: twice as long as what is looked at. */
  function hostileAgent(index: number): string {
    const few = Array.from({ length: 1 + (index % 4) }, () => random.pick(PIECES))
    const start = index % 3 === 0 ? 'Mozilla/5.0 (Linux; Android 10; ' : ''
    return (start + few.join('').repeat(1024)).slice(0, 1024) + index
  }

  test('a thousand hostile ones take at most 5 ms each, and none is remembered beyond its cut', () => {
    const all = Array.from({ length: scaled(1_000) }, (_, index) => hostileAgent(index))
    const times = all.map((userAgent) => msOf(() => createAgents(1).describe(userAgent), 1))
    const slowest = Math.max(...times)
    console.log(`slowest of ${all.length} user agents: ${slowest.toFixed(2)} ms`)
    expect(slowest, all[times.indexOf(slowest)]).toBeLessThan(BUDGET_MS)
    const agents = createAgents()
    expect(agents.describe(`${'x'.repeat(512)}one`)).toBe(agents.describe(`${'x'.repeat(512)}two`))
  })
})

describe('globs', () => {
  const EVIL = [
    `${'*a'.repeat(100)}*b`,
    `${'*'.repeat(500)}x`,
    `${'?'.repeat(200)}*${'?'.repeat(200)}x`,
    `*${'a?'.repeat(100)}*`,
    `/${'**/'.repeat(100)}x`,
    `*${'aaaaaaaaab'.repeat(20)}*`,
    `${'*?a'.repeat(60)}!`,
    `(a+)+$|(.*)*x${'*'.repeat(50)}`,
  ]
  test('8 evil ones over 10 000 addresses take less than 2 s together', () => {
    const path = (index: number) => `/${'a'.repeat(index % 400)}/${'ab'.repeat(index % 90)}${index}`
    const paths = Array.from({ length: 10_000 }, (_, index) => path(index))
    let matches = 0
    const ms = timeOf(() => {
      for (const glob of EVIL.map(compileGlob)) {
        for (const one of paths) matches += Number(glob(one))
      }
    })
    console.log(`8 globs x 10 000 addresses: ${ms.toFixed(0)} ms`)
    expect(ms).toBeLessThan(2_000)
    expect(matches).toBeLessThan(EVIL.length * paths.length)
  })
})

describe('what is masked, cleaned and cut', () => {
  const UNITS = [
    ...[
      '@',
      'a@',
      'a@b',
      'a@b.',
      '@a.b',
      '.',
      '%',
      '%25',
      '%2540',
      '%40',
      '1',
      '1 ',
      '4111 ',
      '1-',
      '4',
      '-',
      '_',
    ],
    ...[
      'eyJ',
      'eyJ.',
      '.eyJ',
      'aA1',
      'a1',
      'A1b2-',
      '/',
      '//',
      '?',
      '#',
      '=',
      '&',
      '?a=',
      '#/',
      ' ',
      '\t',
      '\u00a0',
    ],
    ...[
      'http://',
      'https://a',
      'a:',
      'a://',
      '[',
      ']',
      '<',
      '"',
      '\\',
      '\u0000',
      '\ud800',
      '😀',
      'e\u0301',
      'é',
      'mailto:',
    ],
    ...[
      'token_',
      '_',
      'Aa',
      'session_id',
      '{{',
      '0',
      '0-',
      '00000000-',
      'xn--',
      '.a',
      'utm_source=a&',
      'a b ',
    ],
  ]
  const WORKERS: readonly (readonly [name: string, work: (text: string) => unknown])[] = [
    ['maskSecrets', maskSecrets],
    ['maskPersonal', maskPersonal],
    ['cleanAddresses', cleanAddresses],
    ['cleanUrl', (text) => cleanUrl(`https://a.example/${text}`)],
    ['cleanUrl of a query', (text) => cleanUrl(`https://a.example/?utm_source=${text}`)],
    ['cleanUrl of a route', (text) => cleanUrl(`https://a.example/#/${text}`)],
    ['cleanReferrer', (text) => cleanReferrer(`https://a.example/${text}`)],
    ['title', (text) => cleanText(text, 300, maskSecrets)],
    ['normalProps', (text) => normalProps('own', { [text]: text, a: text })],
    ['normalType', normalType],
    ['normalEmail', normalEmail],
    ['normalUserId', normalUserId],
    [
      'sampleOf',
      (text) => sampleOf({ id: text, type: text, url: text, referrer: text, props: { [text]: 1 } }),
    ],
  ]
  const LONG = 65_536
  const ENOUGH_MS = 20
  const MOST_MS = 150

  test.each(WORKERS)('%s: 64 KB cost what their length is worth', (_, work) => {
    // The first wrong one will do: each of them takes its time.
    let isWrong = false
    const wrong = UNITS.flatMap((unit) => {
      if (isWrong) return []
      const long = unit.repeat(Math.ceil(LONG / unit.length)).slice(0, LONG)
      // Each text a new one, so that nothing is remembered of the last.
      let serial = 0
      const fresh = (text: string) => () => void work(`${text}${serial++}`)
      // An eighth first: a square of the whole would take minutes to show.
      const eighth = fresh(long.slice(0, LONG / 8))
      const first = msOf(eighth, ENOUGH_MS)
      isWrong = first > MOST_MS
      if (isWrong) return [`${JSON.stringify(unit)}: ${first.toFixed(1)} ms for an eighth`]
      const whole = msOf(fresh(long), ENOUGH_MS)
      if (whole <= ENOUGH_MS) return []
      // An eighth of it eight times is as much work where time is linear, and an eighth where it is not.
      const parts = msOf(() => {
        for (let i = 0; i < 8; i += 1) eighth()
      }, 0)
      return whole < MOST_MS && whole < 4 * parts
        ? []
        : [`${JSON.stringify(unit)}: ${whole.toFixed(1)} ms, its eighths ${parts.toFixed(1)} ms`]
    })
    expect(wrong).toEqual([])
  })
})
