import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { crossingOf, type ToldLevel } from '../../collector/scoring/crossings.ts'
import { judgeAnswer, MAX_TRIES, type PostAnswer } from '../../collector/webhooks/schedule.ts'
import { newWebhookSecret, signatureOf } from '../../collector/webhooks/sign.ts'
import { createTargets } from '../../collector/webhooks/targets.ts'

const HOUR = 3_600_000

describe('signatures', () => {
  test('are those of the specification', () => {
    const signed = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      seconds: 1614265330,
      body: '{"test": 2432232314}',
    }
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const known = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    expect(signatureOf(signed, [secret])).toBe(known)
    const other = newWebhookSecret()
    const two = signatureOf(signed, [other, secret]).split(' ')
    expect(two[1]).toBe(known)
    const key = Buffer.from(other.replace(/^whsec_/, ''), 'base64')
    expect(key).toHaveLength(32)
    const text = `${signed.id}.${signed.seconds}.${signed.body}`
    expect(two[0]).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`)
  })
})

describe('tries', () => {
  const NOW = Date.UTC(2026, 5, 10)
  const fresh = { lane: 1, tries: 0, toldAt: NOW, failingSince: null, failures: 0 }
  const answered = (status: number, retryAfter: string | null = null): PostAnswer => ({
    kind: 'answered',
    status,
    retryAfter,
  })
  const at = (now: number) => ({ now, random: 0.5 })

  test('are ten over three days, then the message is parked', () => {
    let now = NOW
    let message: Parameters<typeof judgeAnswer>[0] = fresh
    const gaps: number[] = []
    for (let tries = 0; ; tries++) {
      const { became } = judgeAnswer({ ...message, tries }, answered(500), at(now))
      if (became.kind !== 'waiting') {
        expect([became.kind, tries + 1]).toEqual(['parked', MAX_TRIES])
        break
      }
      gaps.push(became.dueAt - now)
      now = became.dueAt
      message = { ...message, failingSince: NOW }
    }
    expect([...gaps].sort((a, b) => a - b)).toEqual(gaps)
    expect((now - NOW) / HOUR).toBeGreaterThan(72)
    expect((now - NOW) / HOUR).toBeLessThan(78)
    const jittered = [0, 1].map(
      (random) => judgeAnswer(fresh, answered(500), { now: NOW, random }).became,
    )
    expect(jittered).toEqual([
      { kind: 'waiting', dueAt: NOW + 4500 },
      { kind: 'waiting', dueAt: NOW + 5500 },
    ])
  })

  test.each<[string, PostAnswer, string]>([
    ['any 2xx', answered(299), 'delivered'],
    ['a redirect', answered(301), 'waiting'],
    ['a refusal', answered(400), 'waiting'],
    ['no interest', answered(410), 'gone'],
    ['no answer', { kind: 'failed', error: 'no answer within 10 seconds' }, 'waiting'],
  ])('%s', (_, answer, kind) => {
    expect(judgeAnswer(fresh, answer, at(NOW)).became.kind).toBe(kind)
  })

  test.each([
    ['120', 120_000],
    ['Wed, 10 Jun 2026 00:10:00 GMT', 600_000],
    ['999999', 24 * HOUR],
    ['-5', 5000],
    ['soon', 5000],
    ['1e9', 5000],
  ])('Retry-After %s', (wish, gap) => {
    const { became } = judgeAnswer(fresh, answered(503, wish), at(NOW))
    expect(became).toEqual({ kind: 'waiting', dueAt: NOW + gap })
  })

  test('a webhook that is down is asked seldom, and for three days', () => {
    const down = { ...fresh, failures: 20, failingSince: NOW - HOUR }
    expect(judgeAnswer(down, answered(500), at(NOW)).pausedUntil).toBe(NOW + 30_000)
    const long = { ...down, toldAt: NOW - 100 * HOUR, failingSince: NOW - 75 * HOUR }
    expect(judgeAnswer(long, answered(500), at(NOW)).became.kind).toBe('parked')
    const late = { ...long, toldAt: NOW - HOUR }
    expect(judgeAnswer(late, answered(500), at(NOW)).became.kind).toBe('waiting')
  })
})

describe('where a webhook may go', () => {
  const none = createTargets([])
  const some = createTargets(['10.1.0.0/16', '127.0.0.1', 'fd00::/8'])
  const PRIVATE = [
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'no address',
  ]
  const PUBLIC = ['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1']

  test('a public address by https, a private one where it is named', () => {
    for (const address of PRIVATE) expect(none.mayReach(address, true), address).toBe(false)
    for (const address of PUBLIC) {
      expect(none.mayReach(address, true), address).toBe(true)
      expect(none.mayReach(address, false), address).toBe(false)
    }
    for (const address of ['10.1.2.3', '127.0.0.1', 'fd12::1', '::ffff:10.1.2.3']) {
      expect([some.mayReach(address, true), some.mayReach(address, false)]).toEqual([true, true])
    }
    for (const address of ['10.2.0.1', '127.0.0.2', '::1']) {
      expect(some.mayReach(address, true), address).toBe(false)
    }
  })

  test.each([
    ['https://crm.example.com/hook?x=1', null],
    ['https://crm.example.com:8443/', null],
    ['https://1.1.1.1/', null],
    ['http://crm.example.com/', 'https'],
    ['https://user:pw@crm.example.com/', 'password'],
    ['https://crm.example.com/#x', '#'],
    ['ftp://crm.example.com/', 'address'],
    ['crm.example.com', 'address'],
    [`https://crm.example.com/${'x'.repeat(2000)}`, 'address'],
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '017700000001',
      '127.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::a9fe:a9fe]',
      '169.254.169.254',
    ].map((host): [string, string] => [`https://${host}/latest`, 'private']),
  ])('%s', (url, problem) => {
    if (problem === null) expect(none.problemOf(url)).toBeNull()
    else expect(none.problemOf(url)).toContain(problem)
  })

  test('http where an address is named, or a name that may lead there', () => {
    expect(some.problemOf('http://10.1.2.3:9000/x')).toBeNull()
    expect(some.problemOf('http://crm.internal/')).toBeNull()
    expect(some.problemOf('http://10.2.0.1/')).toContain('https')
    expect(some.problemOf('http://1.1.1.1/')).toContain('https')
  })
})

test('a bar of the score is crossed upwards, and again from four fifths of it', () => {
  const steps: [before: ToldLevel | null, opening: number, now: number, expected: unknown][] = [
    [null, 0, 59_999, { told: 3, bar: null }],
    [null, 10_000, 60_000, { told: 2, bar: 60 }],
    [null, 70_000, 75_000, { told: 2, bar: null }],
    [2, 70_000, 100_000, { told: 1, bar: 100 }],
    [3, 0, 140_000, { told: 1, bar: 100 }],
    [1, 80_000, 120_000, { told: 1, bar: null }],
    [1, 79_999, 120_000, { told: 1, bar: 100 }],
    [1, 79_999, 90_000, { told: 2, bar: null }],
    [2, 48_000, 61_000, { told: 2, bar: null }],
    [2, 47_999, 61_000, { told: 2, bar: 60 }],
    [2, 47_999, 50_000, { told: 3, bar: null }],
    [1, 0, 0, { told: 3, bar: null }],
  ]
  for (const [before, opening, now, expected] of steps) {
    const said = before === null ? null : { level: before, day: 9 }
    const score = { day: 10, openingMilli: opening, nowMilli: now }
    expect(crossingOf(said, score)).toEqual(expected)
  }
})

test('what a day began with undoes nothing that was told on it', () => {
  const steps: [before: ToldLevel, now: number, expected: unknown][] = [
    [2, 66_000, { told: 2, bar: null }],
    [2, 47_999, { told: 3, bar: null }],
    [2, 100_000, { told: 1, bar: 100 }],
    [3, 60_000, { told: 2, bar: 60 }],
  ]
  for (const [level, nowMilli, expected] of steps) {
    const score = { day: 10, openingMilli: 0, nowMilli }
    expect(crossingOf({ level, day: 10 }, score)).toEqual(expected)
  }
})
