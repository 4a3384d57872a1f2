/** Where visits come from: the campaign parameters and the referrer that the tag would report. */
import type { Pickable, Random } from './random.ts'
import { type DemoPage, PAGES } from './titles.ts'

export interface Source {
  /** What follows the `?` of the landing page; empty where there is no campaign. */
  readonly query: string
  readonly referrer?: string
  readonly landings: Pickable<DemoPage>
}

const GOOGLE = 'https://www.google.com/'

const SOURCES = {
  cpcBrand: {
    query: 'utm_source=google&utm_medium=cpc&utm_campaign=brand&gclid=1',
    referrer: GOOGLE,
    landings: [PAGES.home, PAGES.pricing],
  },
  cpcGeneric: {
    query: 'utm_source=google&utm_medium=cpc&utm_campaign=office-coffee-machines&gclid=1',
    referrer: GOOGLE,
    landings: [PAGES.products, PAGES.products, PAGES.pricing],
  },
  linkedin: {
    query: 'utm_source=linkedin&utm_medium=paid_social&utm_campaign=facilities-leads&li_fat_id=1',
    referrer: 'https://www.linkedin.com/',
    landings: [PAGES.guide, PAGES.article, PAGES.bookDemo],
  },
  newsletter: {
    query: 'utm_source=newsletter&utm_medium=email&utm_campaign=brew-notes',
    landings: [PAGES.article, PAGES.blog, PAGES.products],
  },
  google: {
    query: '',
    referrer: GOOGLE,
    landings: [PAGES.article, PAGES.guide, PAGES.products, PAGES.home],
  },
  bing: {
    query: '',
    referrer: 'https://www.bing.com/',
    landings: [PAGES.home, PAGES.products, PAGES.guide],
  },
  direct: { query: '', landings: [PAGES.home, PAGES.home, PAGES.pricing, PAGES.products] },
  reviews: {
    query: '',
    referrer: 'https://officegear-reviews.example/best-office-coffee-machines',
    landings: [PAGES.products, PAGES.pricing],
  },
  magazine: {
    query: 'utm_source=facility-weekly&utm_medium=referral&utm_campaign=breakroom-special',
    referrer: 'https://facility-weekly.example/breakrooms',
    landings: [PAGES.guide, PAGES.home],
  },
  chatgpt: {
    query: 'utm_source=chatgpt.com',
    referrer: 'https://chatgpt.com/',
    landings: [PAGES.guide, PAGES.pricing, PAGES.article],
  },
  jobs: {
    query: '',
    referrer: 'https://harborough-jobs.example/listing/fernleaf-supply',
    landings: [PAGES.careers],
  },
} as const satisfies Readonly<Record<string, Source>>

export const JOB_BOARD: Source = SOURCES.jobs

const FIRST: Pickable<readonly [number, Source]> = [
  [22, SOURCES.google],
  [17, SOURCES.cpcGeneric],
  [11, SOURCES.direct],
  [10, SOURCES.linkedin],
  [9, SOURCES.cpcBrand],
  [8, SOURCES.chatgpt],
  [7, SOURCES.reviews],
  [6, SOURCES.magazine],
  [5, SOURCES.bing],
]

const AGAIN: Pickable<readonly [number, Source]> = [
  [50, SOURCES.direct],
  [18, SOURCES.google],
  [14, SOURCES.cpcBrand],
  [4, SOURCES.reviews],
  [3, SOURCES.chatgpt],
]

const SUBSCRIBED: Pickable<readonly [number, Source]> = [
  [45, SOURCES.newsletter],
  [40, SOURCES.direct],
  [15, SOURCES.google],
]

/** How a person comes: the first time, again, or again with our newsletter in the inbox. */
export type Way = 'first' | 'again' | 'subscribed'

export function drawSource(random: Random, way: Way): Source {
  return random.weighted({ first: FIRST, again: AGAIN, subscribed: SUBSCRIBED }[way])
}
