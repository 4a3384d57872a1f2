import { expect, test } from 'vitest'
import { presentProspect } from '../../collector/dashboard/present-prospect.ts'
import type { ProspectJson } from '../../collector/store/explained.ts'
import type { DecisionJson, LeadJson } from '../../collector/store/shapes.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')

const decided = (by: DecisionJson['by'], at: string, milli: number) =>
  ({ to: 'mql', by, at, score_milli: milli }) as DecisionJson // the rest is not read

test('an MQL whose sale was taken back is one since the score said so', () => {
  const view = presentProspect({
    lead: { stage: 'mql', score_milli: 90_000 } as LeadJson, // the rest is not read
    prospect: { is_with_sales: false, is_worked: true } as ProspectJson, // the rest is not read
    decisions: [
      decided('sales', '2026-11-20T12:00:00Z', 90_000),
      decided('hand_raise', '2026-11-18T12:00:00Z', 110_000),
      decided('score', '2026-10-01T12:00:00Z', 101_000),
    ],
    now: NOW,
  })
  expect(view.since?.words).toBe('2 days ago')
  expect(view.headline).toBe('An MQL by a hand raise, with 110.0 points then. Sales is next.')
})
