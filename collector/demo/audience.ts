/**
 * Who comes to the shop in the generated history, when, and what for. Most are strangers who never
 * come back; the leads run from a few who are busy right now to a long tail that went quiet.
 */
import { type Device, drawBrowser } from './browsers.ts'
import { DAY_MS, drawMoment, type Span, ZONES } from './calendar.ts'
import { planLeads } from './leads.ts'
import type { Pickable, Random } from './random.ts'
import type { AudienceOptions, Outing, Story } from './story.ts'
import type { VisitKind } from './visits.ts'

const CRAWLER_SHARE = 0.025
const JOB_SEEKER_SHARE = 0.03

const STRANGERS: Pickable<readonly [number, Pickable<VisitKind>]> = [
  [69, ['bounce']],
  [6, ['bounce', 'bounce']],
  [13, ['browse']],
  [4, ['browse', 'browse']],
  [3, ['research']],
  [2, ['browse', 'research', 'compare']],
  [2, ['abandon']],
]

export function planAudience(random: Random, options: AudienceOptions): readonly Story[] {
  const { span, visitors } = options
  const leads = planLeads(random.fork(), options)
  const crawlers = Math.round(visitors * CRAWLER_SHARE)
  const jobSeekers = Math.round(visitors * JOB_SEEKER_SHARE)
  const strangers = Math.max(0, visitors - leads.length - crawlers - jobSeekers)
  const repeat = (count: number, device: () => Device, kinds: () => Pickable<VisitKind>) =>
    Array.from({ length: count }, () => tellStranger(random.fork(), span, device(), kinds()))
  return [
    ...leads,
    ...repeat(
      crawlers,
      () => 'crawler',
      () => ['crawl'],
    ),
    ...repeat(
      jobSeekers,
      () => drawDevice(random),
      () => (random.chance(0.3) ? ['apply', 'apply'] : ['apply']),
    ),
    ...repeat(
      strangers,
      () => drawDevice(random),
      () => random.weighted(STRANGERS),
    ),
  ]
}

function drawDevice(random: Random): Device {
  return random.chance(0.7) ? 'laptop' : 'phone'
}

function tellStranger(
  random: Random,
  span: Span,
  device: Device,
  kinds: Pickable<VisitKind>,
): Story {
  const zone = random.weighted(ZONES)
  const outings: Outing[] = []
  let at = drawMoment(random, span, { zone, growing: true })
  for (const kind of kinds) {
    outings.push({ at, kind })
    const soonest = at + random.between(0.8, 9) * DAY_MS
    at = drawMoment(random, { from: soonest, to: soonest + DAY_MS }, { zone, growing: false })
  }
  const firstAt = outings[0]?.at ?? span.from
  return {
    browser: drawBrowser(random, device, firstAt),
    outings: outings.filter((outing) => outing.at < span.to),
  }
}
