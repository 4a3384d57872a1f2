/** What the plan of the generated history is made of. */
import type { Browser } from './browsers.ts'
import type { Span } from './calendar.ts'
import type { Person } from './people.ts'
import type { VisitKind } from './visits.ts'

/** One browser and its visits, in no particular order. */
export interface Story {
  readonly browser: Browser
  readonly outings: readonly Outing[]
}

export interface Outing {
  readonly at: number
  readonly kind: VisitKind
  readonly person?: Person
}

export interface AudienceOptions {
  readonly span: Span
  readonly visitors: number
  readonly leads: number
}
