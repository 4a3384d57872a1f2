import { describe, expect, test } from 'vitest'
import {
  type Claim,
  type HoldingClaim,
  holdAt,
  holdsOf,
  isUndone,
  resolveClaims,
  sharedLinks,
  type Unlink,
} from '../../collector/identity/claims.ts'

let count = 0
function claim(at: number, rest: Partial<Claim>): Claim {
  count += 1
  return {
    id: String(count).padStart(32, '0'),
    at,
    browser: 1,
    userId: null,
    email: null,
    strength: 'medium',
    evidence: 'identify',
    traits: {},
    link: null,
    isVoid: false,
    ...rest,
  }
}

/** Leads as lists of keys, in a fixed order. */
function leadsOf(claims: readonly Claim[]): string[] {
  return resolveClaims(claims)
    .leads.map((lead) => [...lead.emails, ...(lead.userId ? [lead.userId] : [])].sort().join('+'))
    .sort()
}

describe('which lead a claim means', () => {
  const cases: [string, Claim[], string[]][] = [
    ['an e-mail alone', [claim(1, { email: 'a' })], ['a']],
    ['an id and an e-mail together', [claim(1, { userId: 'u', email: 'a' })], ['a+u']],
    [
      'an e-mail that joins a known id',
      [claim(1, { userId: 'u' }), claim(2, { userId: 'u', email: 'a' })],
      ['a+u'],
    ],
    [
      'an id that joins a known e-mail',
      [claim(1, { email: 'a' }), claim(2, { userId: 'u', email: 'a' })],
      ['a+u'],
    ],
    [
      'two known leads, never fused',
      [claim(1, { userId: 'u' }), claim(2, { email: 'a' }), claim(3, { userId: 'u', email: 'a' })],
      ['a', 'u'],
    ],
    [
      'two proven people, whom a weaker claim from before both takes for one',
      [
        claim(1, { userId: 'u', email: 'a' }),
        claim(2, { email: 'a', strength: 'strong' }),
        claim(3, { userId: 'u', strength: 'strong' }),
      ],
      ['a', 'u'],
    ],
    [
      'the same two, the id proven first',
      [
        claim(1, { userId: 'u', email: 'a' }),
        claim(2, { userId: 'u', strength: 'strong' }),
        claim(3, { email: 'a', strength: 'strong' }),
      ],
      ['a', 'u'],
    ],
    [
      'one person whose ids a proof ties, whatever a weaker claim said',
      [
        claim(1, { userId: 'u', email: 'a' }),
        claim(2, { userId: 'u', email: 'a', strength: 'strong' }),
        claim(3, { email: 'a', strength: 'strong' }),
        claim(4, { userId: 'u', strength: 'strong' }),
      ],
      ['a+u'],
    ],
    [
      'an e-mail that has another id already',
      [claim(1, { userId: 'u', email: 'a' }), claim(2, { userId: 'v', email: 'a' })],
      ['a+u', 'v'],
    ],
    [
      'a medium claim that would add an e-mail to a verified lead',
      [claim(1, { userId: 'u', strength: 'strong' }), claim(2, { userId: 'u', email: 'a' })],
      ['u'],
    ],
    [
      'a strong claim that adds an e-mail to a verified lead',
      [
        claim(1, { userId: 'u', strength: 'strong' }),
        claim(2, { userId: 'u', email: 'a', strength: 'strong' }),
      ],
      ['a+u'],
    ],
  ]
  test.each(cases)('%s, in whatever order they came', (_, claims, expected) => {
    expect(leadsOf(claims)).toEqual(expected)
    expect(leadsOf([...claims].reverse())).toEqual(expected)
  })

  test('the stronger key takes the behaviour, and the conflict is listed', () => {
    const both = claim(3, { userId: 'u', email: 'a' })
    const { leadOf, conflicts } = resolveClaims([
      claim(1, { userId: 'u' }),
      claim(2, { email: 'a' }),
      both,
    ])
    expect(leadOf.get(both)?.userId).toBe('u')
    expect(conflicts.map(({ claim: one, other }) => [one, [...other.emails]])).toEqual([
      [both, ['a']],
    ])
  })

  test('only strong claims change the traits of a verified lead', () => {
    const [lead] = resolveClaims([
      claim(1, { email: 'a', strength: 'strong', traits: { name: 'Ann' } }),
      claim(2, { email: 'a', traits: { name: 'Mallory' } }),
    ]).leads
    expect(lead?.traits).toEqual({ name: 'Ann' })
  })

  test('a prefix of the claims gives its claims the same leads: past readings stand', () => {
    const claims = [
      claim(1, { email: 'a' }),
      claim(2, { userId: 'u', email: 'a' }),
      claim(3, { userId: 'v', email: 'a' }),
      claim(4, { email: 'b' }),
    ]
    const whole = resolveClaims(claims)
    const index = (all: typeof whole, one: Claim) =>
      all.leads.findIndex((l) => l.claims.includes(one))
    for (let end = 1; end <= claims.length; end += 1) {
      const part = resolveClaims(claims.slice(0, end))
      for (const one of claims.slice(0, end)) expect(index(part, one)).toBe(index(whole, one))
    }
  })
})

const HELD = { strength: 'medium', isVoid: false, userId: null, email: null } as const

describe('who held a browser when', () => {
  const NEVER = Number.NEGATIVE_INFINITY
  const cases: [string, [number, string][], [number, string | null][]][] = [
    ['nobody', [], [[NEVER, null]]],
    ['the first claimant, from the beginning', [[5, 'A']], [[NEVER, 'A']]],
    ['the same one again', [[5, 'A'], [9, 'A']], [[NEVER, 'A']]],
    ['another one, from that claim on', [[5, 'A'], [9, 'B']], [[NEVER, 'A'], [9, 'B']]],
    ['and back', [[5, 'A'], [9, 'B'], [12, 'A']], [[NEVER, 'A'], [9, 'B'], [12, 'A']]],
    ['two at one instant: the later id', [[5, 'A'], [9, 'B'], [9, 'C']], [[NEVER, 'A'], [9, 'C']]],
    ['two at one instant, back to the holder', [[5, 'A'], [9, 'B'], [9, 'A']], [[NEVER, 'A']]],
  ] // biome-ignore format: a table
  test.each(cases)('%s', (_, claims, expected) => {
    const holds = holdsOf(
      claims.map(([at, lead]) => ({ ...HELD, at, lead })),
      [],
    )
    expect(holds.map(({ from, lead }) => [from, lead])).toEqual(expected)
  })

  test('an event at the very instant of a claim is the claimant’s', () => {
    const claims = [
      { ...HELD, at: 5, lead: 'A' },
      { ...HELD, at: 9, lead: 'B' },
    ]
    const holds = holdsOf(claims, [])
    expect([8, 9, 10].map((at) => holds[holdAt(holds, at)]?.lead)).toEqual(['A', 'B', 'B'])
  })
})

describe('a link that was undone', () => {
  const NEVER = Number.NEGATIVE_INFINITY
  const by = (at: number, lead: string, rest: Partial<HoldingClaim<string>> = {}) => ({
    ...HELD,
    at,
    lead,
    ...rest,
  })
  const gone = (at: number, lead: string) => by(at, lead, { isVoid: true, email: 'e' })
  /** What was undone: before 9, and from then on. */
  const undone = [
    [NEVER, 9],
    [9, Number.POSITIVE_INFINITY],
  ].map(([from = 0, to = 0]) => ({ browser: 1, from, to, at: 20, userIds: [], emails: ['e'] }))
  const cases: [string, HoldingClaim<string>[], [number, string | null][]][] = [
    ['leaves the browser to nobody', [gone(5, 'A')], [[NEVER, null]]],
    ['keeps the boundary it drew', [by(5, 'A'), gone(9, 'B')], [[NEVER, 'A'], [9, null]]],
    ['and that of the next person', [gone(5, 'A'), by(9, 'B')], [[NEVER, null], [9, 'B']]],
    ['a newer claim links again, from then on', [gone(5, 'A'), by(9, 'A')], [[NEVER, null], [9, 'A']]],
    ['two of them are two strangers', [gone(5, 'A'), gone(9, 'B')], [[NEVER, null], [9, null]]],
    ['and what was undone together stays together', [gone(5, 'A'), gone(7, 'B')], [[NEVER, null]]],
    ['in the middle', [by(5, 'A'), gone(9, 'B'), by(12, 'A')], [[NEVER, 'A'], [9, null], [12, 'A']]],
  ] // biome-ignore format: a table
  test.each(cases)('%s', (_, claims, expected) => {
    expect(holdsOf(claims, undone).map(({ from, lead }) => [from, lead])).toEqual(expected)
  })

  const unlink: Unlink = { browser: 1, from: 4, to: 9, at: 20, userIds: ['u'], emails: ['a'] }
  const claims: [string, Partial<Claim>, boolean][] = [
    ['by the same id', { at: 5, userId: 'u' }, true],
    ['by the same e-mail', { at: 5, email: 'a' }, true],
    ['by the same id with any e-mail', { at: 5, userId: 'u', email: 'z' }, true],
    ['by another id with the e-mail', { at: 5, userId: 'v', email: 'a' }, false],
    ['of the hold before', { at: 3, userId: 'u' }, false],
    ['of the hold after', { at: 9, userId: 'u' }, false],
  ]
  test.each(claims)('voids a claim %s: %o → %s', (_, rest, expected) => {
    expect(isUndone(claim(0, rest), [unlink])).toBe(expected)
  })
  test('voids no claim from after it was undone', () => {
    const open = { ...unlink, to: Number.POSITIVE_INFINITY }
    expect([20, 21].map((at) => isUndone(claim(at, { userId: 'u' }), [open]))).toEqual([
      true,
      false,
    ])
  })

  test('takes back the ids and traits that it gave', () => {
    const wrong = claim(1, { userId: 'u', email: 'a', traits: { name: 'Wrong' }, isVoid: true })
    const right = claim(2, { email: 'a', traits: { company: 'Corp' } })
    const { leads } = resolveClaims([wrong, right])
    expect(leads.map((l) => [l.userId, [...l.emails], l.traits])).toEqual([
      [null, ['a'], { company: 'Corp' }],
      ['u', [], { name: 'Wrong' }],
    ])
  })

  test('leaves one person of claims that were undone together', () => {
    const claims = [claim(1, { email: 'a' }), claim(2, { userId: 'u', email: 'a' })]
    const { leads } = resolveClaims(claims.map((one) => ({ ...one, isVoid: true })))
    expect(leads.map((l) => [l.userId, [...l.emails]])).toEqual([['u', ['a']]])
  })

  test('leaves somebody who is known from nothing else', () => {
    const { leads } = resolveClaims([
      claim(1, { email: 'a', isVoid: true, traits: { name: 'Ann' } }),
    ])
    expect(leads).toMatchObject([{ traits: { name: 'Ann' } }])
    expect([...(leads[0]?.emails ?? [])]).toEqual(['a'])
  })
})

describe('a link in an e-mail', () => {
  const weak = (at: number, lead: string) => ({ ...HELD, at, lead, strength: 'weak' as const })
  const held = (at: number, lead: string) => ({ ...HELD, at, lead })
  test('identifies a browser that nobody has', () => {
    expect(holdsOf([weak(5, 'A')], [])).toEqual([{ from: Number.NEGATIVE_INFINITY, lead: 'A' }])
  })
  test('does not take a browser that stronger evidence gave to somebody else', () => {
    expect(holdsOf([held(3, 'B'), weak(5, 'A')], []).map(({ lead }) => lead)).toEqual(['B'])
    expect(holdsOf([weak(3, 'B'), weak(5, 'A')], []).map(({ lead }) => lead)).toEqual(['B', 'A'])
    expect(holdsOf([weak(3, 'B'), held(4, 'B'), weak(5, 'A')], []).map((h) => h.lead)).toEqual([
      'B',
    ])
  })

  const follows = (browser: number, link: string) => ({
    browser,
    lead: 'A',
    link,
    strength: 'weak' as const,
    isVoid: false,
  })
  const owns = (browser: number, lead: string) => ({
    browser,
    lead,
    link: null,
    strength: 'medium' as const,
    isVoid: false,
  })
  test('that was followed in two people’s browsers identifies nobody any more', () => {
    const both = [follows(1, 'l'), owns(1, 'A'), follows(2, 'l'), owns(2, 'C')]
    expect([...sharedLinks(both)]).toEqual(['l'])
    expect([...sharedLinks([...both].reverse())]).toEqual(['l'])
  })
  test('that one person followed in two browsers, or on a shared one, still does', () => {
    expect([
      ...sharedLinks([follows(1, 'l'), owns(1, 'A'), follows(2, 'l'), owns(2, 'A')]),
    ]).toEqual([])
    expect([...sharedLinks([follows(1, 'l'), follows(2, 'l'), owns(2, 'C')])]).toEqual([])
    const shared = [follows(1, 'l'), owns(1, 'A'), owns(1, 'C'), follows(2, 'l'), owns(2, 'C')]
    expect([...sharedLinks(shared)]).toEqual([])
  })
})
