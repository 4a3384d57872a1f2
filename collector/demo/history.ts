/**
 * Ninety days of people in the demo shop, as deliveries of the real tag: what a newcomer sees on the
 * first start, and what the benchmarks and tests can replay. A pure function of its options: the
 * same `now` and seed give the same bytes. Nothing happens later than `now`, and nothing is older
 * at its receipt than a collector accepts.
 */
import { planAudience } from './audience.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts'
import { createRandom, type Random } from './random.ts'
import { type GeneratedDelivery, recordVisit } from './recording.ts'
import { drawSource, JOB_BOARD, type Source, type Way } from './sources.ts'
import type { Story } from './story.ts'
import { DEMO_BASE } from './titles.ts'
import { planVisit, type VisitKind } from './visits.ts'

export interface HistoryOptions {
  /** Epoch milliseconds; the history ends here. */
  readonly now: number
  readonly days?: number
  /** Browsers that come, crawlers included. */
  readonly visitors?: number
  /** People who make themselves known, at most half of the visitors. */
  readonly leads?: number
  readonly seed?: number
  /** Where the shop is, such as `http://127.0.0.1:8787`. */
  readonly origin: string
  readonly siteKey: string
}

const IDLE_MS = 31 * MINUTE_MS
const REPEATED_SHARE = 0.005
const LATE_SHARE = 0.004

/** Deliveries in the order of their receipt. */
export function* generateHistory(options: HistoryOptions): Iterable<GeneratedDelivery> {
  const { now, days = 90, visitors = 2000, leads = 150, seed = 1, origin, siteKey } = options
  const random = createRandom(seed)
  const span = { from: now - days * DAY_MS, to: now }
  const audience = { span, visitors, leads: Math.min(leads, Math.floor(visitors / 2)) }
  const scene = { siteKey, shopUrl: origin + DEMO_BASE }
  const deliveries = planAudience(random, audience)
    .flatMap((story) => [...recordStory(story, { ...scene, random: random.fork() })])
    .flatMap((delivery) => carry(random, delivery))
    .filter((delivery) => delivery.receivedAt <= now)
    .sort((a, b) => a.receivedAt - b.receivedAt)
  yield* deliveries
}

interface Scene {
  readonly siteKey: string
  readonly shopUrl: string
  readonly random: Random
}

function* recordStory({ browser, outings }: Story, scene: Scene): Iterable<GeneratedDelivery> {
  const { random } = scene
  let freeAt = 0
  let how: Way = 'first'
  for (const outing of [...outings].sort((a, b) => a.at - b.at)) {
    const isJobHunt = outing.kind === 'apply' && how === 'first'
    const source: Source = isJobHunt ? JOB_BOARD : drawSource(random, how)
    const landing = random.pick(source.landings)
    // A visit so soon after the last one would be the same session.
    const startAt = Math.max(outing.at, freeAt)
    const views = planVisit(outing.kind, { random, landing, person: outing.person })
    const isPerson = outing.kind !== 'crawl'
    const visit = { startAt, browser, source: isPerson ? source : CRAWLED, views, isPerson }
    const { deliveries, endedAt } = recordVisit(visit, scene)
    yield* deliveries
    freeAt = endedAt + IDLE_MS
    how = wayAfter(how, outing.kind)
  }
}

function wayAfter(way: Way, kind: VisitKind): Way {
  return kind === 'subscribe' || way === 'subscribed' ? 'subscribed' : 'again'
}

const CRAWLED: Source = { query: '', landings: [{ path: '', title: '' }] }

/** The network's part: a few deliveries come hours late, a few come twice. */
function carry(random: Random, delivery: GeneratedDelivery): readonly GeneratedDelivery[] {
  if (random.chance(LATE_SHARE)) return [resend(delivery, random.whole(HOUR_MS, 20 * HOUR_MS))]
  if (random.chance(REPEATED_SHARE))
    return [delivery, resend(delivery, random.whole(2000, 120_000))]
  return [delivery]
}

function resend(delivery: GeneratedDelivery, afterMs: number): GeneratedDelivery {
  const { sentAt = delivery.receivedAt } = delivery.body
  return {
    ...delivery,
    receivedAt: delivery.receivedAt + afterMs,
    body: { ...delivery.body, sentAt: sentAt + afterMs },
  }
}
