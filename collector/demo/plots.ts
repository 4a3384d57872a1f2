/** How interested a lead is, and the stories that go with it: data for the planning in `leads.ts`. */
import type { Pickable } from './random.ts'
import type { VisitKind } from './visits.ts'

/** What somebody does, and how many days before their latest visit. */
type Step = readonly [daysBefore: number, kind: VisitKind]
type Plot = Pickable<readonly [weight: number, steps: Pickable<Step>]>

export interface Heat {
  readonly share: number
  /** Days since the latest visit. */
  readonly quietDays: readonly [number, number]
  readonly secondBrowser: number
  readonly plots: Plot
}

const HOT: Heat = {
  share: 0.09,
  quietDays: [0.1, 3],
  secondBrowser: 0.45,
  plots: [
    [
      3,
      [
        [19, 'browse'],
        [11, 'research'],
        [5, 'subscribe'],
        [2, 'compare'],
        [0, 'contact'],
      ],
    ],
    [
      3,
      [
        [15, 'research'],
        [6, 'research'],
        [3, 'contact'],
        [1, 'compare'],
        [0, 'research'],
      ],
    ],
    [
      2,
      [
        [9, 'browse'],
        [4, 'compare'],
        [1.2, 'research'],
        [0, 'demo'],
      ],
    ],
    [
      2,
      [
        [22, 'subscribe'],
        [7, 'research'],
        [2, 'abandon'],
        [0, 'buy'],
      ],
    ],
    [
      1,
      [
        [6, 'research'],
        [3, 'demo'],
        [1, 'research'],
        [0, 'compare'],
      ],
    ],
  ],
}

const WARM: Heat = {
  share: 0.24,
  quietDays: [1, 20],
  secondBrowser: 0.25,
  plots: [
    [
      3,
      [
        [16, 'browse'],
        [7, 'research'],
        [0, 'contact'],
      ],
    ],
    [
      3,
      [
        [20, 'subscribe'],
        [9, 'browse'],
        [2, 'research'],
        [0, 'compare'],
      ],
    ],
    [
      2,
      [
        [12, 'compare'],
        [3, 'abandon'],
        [0, 'buy'],
      ],
    ],
    [
      2,
      [
        [28, 'buy'],
        [0, 'reorder'],
      ],
    ],
    [
      2,
      [
        [8, 'contact'],
        [0, 'browse'],
      ],
    ],
    [
      1,
      [
        [6, 'research'],
        [0, 'demo'],
      ],
    ],
  ],
}

const MIDDLE: Heat = {
  share: 0.3,
  quietDays: [8, 50],
  secondBrowser: 0.12,
  plots: [
    [
      4,
      [
        [9, 'browse'],
        [0, 'subscribe'],
      ],
    ],
    [
      3,
      [
        [6, 'research'],
        [0, 'contact'],
      ],
    ],
    [
      2,
      [
        [18, 'subscribe'],
        [5, 'browse'],
        [0, 'browse'],
      ],
    ],
    [
      1,
      [
        [30, 'buy'],
        [0, 'reorder'],
      ],
    ],
    [1, [[0, 'contact']]],
  ],
}

export const COLD: Heat = {
  share: 0.37,
  quietDays: [28, 88],
  secondBrowser: 0.04,
  plots: [
    [6, [[0, 'subscribe']]],
    [
      2,
      [
        [5, 'browse'],
        [0, 'subscribe'],
      ],
    ],
    [2, [[0, 'contact']]],
    [
      1,
      [
        [4, 'apply'],
        [1, 'apply'],
        [0, 'subscribe'],
      ],
    ],
    [
      1,
      [
        [1, 'abandon'],
        [0, 'buy'],
      ],
    ],
  ],
}

/** The heat of the lead at that position, 0 to 1, of the list. */
export function heatOf(position: number): Heat {
  let left = position
  for (const heat of [HOT, WARM, MIDDLE]) {
    if (left < heat.share) return heat
    left -= heat.share
  }
  return COLD
}
