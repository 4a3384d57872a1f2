/** The browsers and crawlers that visit: user agents, addresses from ranges reserved for tests, clocks. */
import { HOUR_MS, MINUTE_MS } from './calendar.ts'
import type { Pickable, Random } from './random.ts'

export interface Browser {
  readonly id: string
  readonly userAgent: string
  readonly ip: string
  /** How far its clock is ahead of the true time; what it reports is shifted by as much. */
  readonly clockAheadMs: number
}

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

const LAPTOPS: Pickable<readonly [number, string]> = [
  [40, `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/141.0.0.0 Safari/537.36`],
  [20, `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/141.0.0.0 Safari/537.36`],
  [
    18,
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`,
  ],
  [
    14,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  ],
  [8, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'],
]

const PHONES: Pickable<readonly [number, string]> = [
  [
    58,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  ],
  [42, `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36`],
]

const CRAWLERS: Pickable<readonly [number, string]> = [
  [
    60,
    `Mozilla/5.0 ${WEBKIT.replace(')', '; compatible; Googlebot/2.1; +http://www.google.com/bot.html)')} Chrome/141.0.0.0 Safari/537.36`,
  ],
  [40, 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'],
]

export type Device = 'laptop' | 'phone' | 'crawler'

const AGENTS = { laptop: LAPTOPS, phone: PHONES, crawler: CRAWLERS } as const

/** A browser as it is first seen at that moment. */
export function drawBrowser(random: Random, device: Device, firstSeenAt: number): Browser {
  return {
    id: random.uuid(firstSeenAt),
    userAgent: random.weighted(AGENTS[device]),
    ip: drawAddress(random),
    clockAheadMs: device === 'crawler' ? 0 : drawClockError(random),
  }
}

/** The ranges for benchmarks (RFC 2544) and for documentation (RFC 3849). */
function drawAddress(random: Random): string {
  if (random.chance(0.75)) {
    return `198.${random.whole(18, 19)}.${random.whole(0, 255)}.${random.whole(1, 254)}`
  }
  const group = () => random.whole(1, 0xffff).toString(16)
  return `2001:db8:${group()}:${group()}::${group()}`
}

function drawClockError(random: Random): number {
  const sign = random.chance(0.5) ? 1 : -1
  if (random.chance(0.02)) return sign * Math.floor(random.between(1, 9) * HOUR_MS)
  if (random.chance(0.06)) return sign * Math.floor(random.between(1, 25) * MINUTE_MS)
  return random.whole(-900, 900)
}
