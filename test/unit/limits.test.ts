import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createEmailLimits } from '../../collector/ingest/email-limits.ts'
import { createLimits } from '../../collector/ingest/limits.ts'
import { isPublic, networkOf, prefixOf } from '../../collector/ingest/network.ts'
import type { ClaimMade, NewEvent } from '../../collector/store/store.ts'

const AT = Date.UTC(2026, 2, 3, 10)
const HOUR = 3_600_000
const salt = randomBytes(16)
const from = { site: 1, browserKey: 'b1', address: '10.0.0.1', salt, receivedAt: AT, events: 100 }
const full = { kind: 'taken', taken: 100 }

describe('rates', () => {
  test('a browser has a burst, and then so many a second', () => {
    const limits = createLimits()
    for (let i = 0; i < 3; i += 1) expect(limits.admit(from)).toMatchObject(full)
    expect(limits.admit(from)).toMatchObject({ taken: 0, reason: 'browser_rate' })
    expect(limits.admit({ ...from, receivedAt: AT + 2_000 })).toMatchObject({ taken: 20 })
    expect(limits.admit({ ...from, browserKey: 'b2' })).toMatchObject(full)
    expect(limits.admit({ ...from, site: 2 })).toMatchObject(full)
    const rested = { ...from, receivedAt: AT + HOUR, events: 1000 }
    expect(limits.admit(rested)).toMatchObject({ taken: 300 })
  })

  test('a clock that goes back gives no tokens and takes none', () => {
    const limits = createLimits()
    limits.admit({ ...from, events: 290 })
    expect(limits.admit({ ...from, events: 5, receivedAt: AT - HOUR })).toMatchObject({ taken: 5 })
    expect(limits.admit({ ...from, receivedAt: AT - HOUR })).toMatchObject({ taken: 5 })
    expect(limits.admit({ ...from, receivedAt: AT - HOUR + 1_000 })).toMatchObject({ taken: 10 })
  })

  test.each([
    ['203.0.113.9', '203.0.113.9', true],
    ['2001:db8:1:2::9', '2001:db8:1:2:ffff::1', true],
    ['127.0.0.1', '127.0.0.1', false],
    ['10.1.2.3', '10.1.2.3', false],
    ['fd00::1', 'fd00::1', false],
    ['', '', false],
  ])('a network of the Internet is limited as one: %s', (address, sibling, isLimited) => {
    const limits = createLimits()
    let taken = 0
    for (let i = 0; i < 70; i += 1) {
      const admitted = limits.admit({
        ...from,
        browserKey: `b${i}`,
        address: i % 2 === 0 ? address : sibling,
      })
      if (admitted.kind === 'taken') taken += admitted.taken
    }
    expect(taken).toBe(isLimited ? 6_000 : 7_000)
  })

  test('a site that sends more than a collector can take is asked to come back, and nothing is taken', () => {
    const limits = createLimits()
    const kinds = new Map<string, number>()
    for (let i = 0; i < 3_005; i += 1) {
      const { kind } = limits.admit({ ...from, browserKey: `b${i}` })
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    expect(Object.fromEntries(kinds)).toEqual({ taken: 3_000, busy: 5 })
    expect(limits.admit({ ...from, site: 2 })).toMatchObject(full)
    expect(limits.admit({ ...from, receivedAt: AT + 20, browserKey: 'fresh' })).toMatchObject(full)
  })

  test('memory has a bound, and who keeps sending is not forgotten for it', () => {
    const limits = createLimits()
    let taken = 0
    const send = (receivedAt: number) => {
      const admitted = limits.admit({ ...from, receivedAt })
      if (admitted.kind === 'taken') taken += admitted.taken
    }
    const seconds = 40
    for (let i = 0; i < seconds * 4_000; i += 1) {
      const receivedAt = AT + Math.floor(i / 4)
      if (i % 400 === 0) send(receivedAt)
      // Of strangers who empty their buckets some, too.
      const events = i % 50 === 0 ? 100 : 1
      limits.admit({ ...from, browserKey: `x${i}`, events, receivedAt })
    }
    expect(taken).toBeGreaterThan(300)
    expect(taken).toBeLessThanOrEqual(300 + seconds * 10)
    expect(limits.sizes().browser_rates).toBeGreaterThan(60_000)
    expect(limits.sizes().browser_rates).toBeLessThanOrEqual(65_536)
  })
})

describe('networks', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9', '203.0.113', true],
    ['2001:db8:1:2::9', '2001:db8:1:2', '2001:db8:1', true],
    ['2001:db8::9', '2001:db8:0:0', '2001:db8:0', true],
    ['192.168.1.5', '192.168.1.5', '192.168.1', false],
    ['172.32.0.1', '172.32.0.1', '172.32.0', true],
    ['172.20.0.1', '172.20.0.1', '172.20.0', false],
    ['100.64.3.2', '100.64.3.2', '100.64.3', false],
    ['169.254.3.2', '169.254.3.2', '169.254.3', false],
    ['::1', '0:0:0:0', '0:0:0', false],
    ['fe80::1', 'fe80:0:0:0', 'fe80:0:0', false],
    ['unknown', 'unknown', 'unknown', false],
  ])('%s', (address, network, prefix, isOpen) => {
    expect([networkOf(address), prefixOf(address), isPublic(address)]).toEqual([
      network,
      prefix,
      isOpen,
    ])
  })
})

function claimOf(claim: Partial<ClaimMade>, refusal: NewEvent['refusal'] = null): NewEvent {
  const whole: ClaimMade = {
    userId: null,
    email: null,
    strength: 'medium',
    evidence: 'form',
    traits: {},
    link: null,
    ...claim,
  }
  return {
    id: '0'.repeat(32),
    external: null,
    isServer: false,
    type: 'identify',
    at: AT,
    session: null,
    human: true,
    bot: null,
    url: null,
    referrer: null,
    title: null,
    view: null,
    viewAt: null,
    engagedMs: null,
    scroll: null,
    props: null,
    claim: whole,
    index: 0,
    refusal,
  }
}

const unknown = () => ({ known: 0, isKnownHere: false })

describe('e-mails', () => {
  test('a browser may claim five a day, each as often as it likes', () => {
    const limits = createEmailLimits(unknown)
    const claim = (email: string, receivedAt = AT) =>
      limits.refusalOf(claimOf({ email }), { ...from, receivedAt })
    for (let i = 0; i < 5; i += 1) expect(claim(`a${i}@x.example`)).toBe(null)
    expect(claim('a5@x.example')).toBe('too_many_emails')
    expect(claim('a3@x.example')).toBe(null)
    expect(claim('a5@x.example', AT + 24 * HOUR)).toBe(null)
  })

  test('what is proven, or refused anyway, is not counted', () => {
    const limits = createEmailLimits(unknown)
    for (let i = 0; i < 20; i += 1) {
      const email = `a${i}@x.example`
      expect(limits.refusalOf(claimOf({ email, strength: 'strong' }), from)).toBe(null)
      expect(limits.refusalOf(claimOf({ email }, 'too_old'), from)).toBe(null)
    }
    expect(limits.refusalOf(claimOf({ email: 'a@x.example' }), from)).toBe(null)
  })

  test('of a neighbourhood sixty an hour are taken, more wait, and yet more are refused', () => {
    const limits = createEmailLimits(unknown)
    const verdicts = Array.from({ length: 700 }, (_, i) =>
      limits.refusalOf(claimOf({ email: `a${i}@x.example` }), {
        ...from,
        browserKey: `b${i}`,
        address: `203.0.113.${i % 256}`,
      }),
    )
    const count = (verdict: string | null) => verdicts.filter((one) => one === verdict).length
    expect([count(null), count('held_for_review'), count('too_many_emails')]).toEqual([60, 600, 40])
    const later = { ...from, address: '203.0.113.9', receivedAt: AT + HOUR }
    expect(limits.refusalOf(claimOf({ email: 'z@x.example' }), later)).toBe(null)
    const elsewhere = { ...from, address: '198.51.100.9' }
    expect(limits.refusalOf(claimOf({ email: 'z@x.example' }), elsewhere)).toBe(null)
  })

  test('a person has fifty browsers, of which the group in hand may add some', () => {
    const limits = createEmailLimits((_, browserKey) => ({
      known: 48,
      isKnownHere: browserKey === 'known',
    }))
    const claim = (browserKey: string) =>
      limits.refusalOf(claimOf({ email: 'ann@x.example', userId: 'ann' }), { ...from, browserKey })
    expect(['known', 'n1', 'n1', 'n2', 'n3', 'n2', 'known'].map(claim)).toEqual([
      null,
      null,
      null,
      null,
      'too_many_devices',
      null,
      null,
    ])
    limits.beginGroup()
    expect(claim('n3')).toBe(null)
  })
})
