import { describe, expect, test } from 'vitest'
import { type Claim, holdAt, holdsOf, resolveClaims } from '../../collector/identity/claims.ts'

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
    const holds = holdsOf(claims.map(([at, lead]) => ({ at, lead })))
    expect(holds.map(({ from, lead }) => [from, lead])).toEqual(expected)
  })

  test('an event at the very instant of a claim is the claimant’s', () => {
    const holds = holdsOf([
      { at: 5, lead: 'A' },
      { at: 9, lead: 'B' },
    ])
    expect([8, 9, 10].map((at) => holds[holdAt(holds, at)]?.lead)).toEqual(['A', 'B', 'B'])
  })
})
