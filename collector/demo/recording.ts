/**
 * A visit as the tag reports it: a page view at once, the rest gathered for a moment, a ping for
 * every `PING_MS` of attention and one on leaving, all with cumulative time. Times in events are the
 * browser's own clock; `receivedAt` is the true one, so that the collector has something to correct.
 */
import type { WireBatch, WireEvent } from '../../shared/wire.ts'
import type { Browser } from './browsers.ts'
import type { Random } from './random.ts'
import type { Source } from './sources.ts'
import type { View } from './views.ts'

export interface GeneratedDelivery {
  readonly receivedAt: number
  readonly userAgent: string
  readonly ip: string
  readonly body: WireBatch
}

export interface Visit {
  readonly startAt: number
  readonly browser: Browser
  readonly source: Source
  readonly views: readonly View[]
  /** False for crawlers, which never show that a person is there. */
  readonly isPerson: boolean
}

export interface Recorded {
  readonly deliveries: readonly GeneratedDelivery[]
  readonly endedAt: number
}

interface Scene {
  readonly random: Random
  readonly siteKey: string
  /** Origin and base path of the shop. */
  readonly shopUrl: string
}

interface Timed {
  readonly at: number
  readonly event: WireEvent
  /** Sent without waiting for company. */
  readonly isUrgent: boolean
}

const PING_MS = 15_000
const GATHER_MS = 1500
const LOAD_MS = 700
const MAX_GATHERED = 10
// The tag's proof of being human needs this long on the page, and then a key, a pointer or a scroll.
const PROOF_MS = 3000

export function recordVisit(visit: Visit, scene: Scene): Recorded {
  const timed = timeline(visit, scene)
  const last = timed.at(-1)?.at ?? visit.startAt
  const provenAt = visit.isPerson
    ? visit.startAt + PROOF_MS + scene.random.whole(100, 4000)
    : Number.POSITIVE_INFINITY
  return { deliveries: deliver(timed, { visit, scene, provenAt }), endedAt: last }
}

function timeline(visit: Visit, { random, shopUrl }: Scene): readonly Timed[] {
  const { browser, source } = visit
  const timed: Timed[] = []
  const session = random.uuid(visit.startAt + browser.clockAheadMs)
  let at = visit.startAt
  let referrer = source.referrer
  for (const [index, view] of visit.views.entries()) {
    const query = index === 0 && source.query ? `?${source.query}` : ''
    const url = `${shopUrl}${view.page.path}${query}`
    const viewAt = at
    const viewId = random.uuid(viewAt + browser.clockAheadMs)
    const push = (when: number, type: string, props: WireEvent['props'] = {}) => {
      const clientAt = when + browser.clockAheadMs
      const where = { session, view: viewId, url, title: view.page.title }
      const event = { id: random.uuid(clientAt), type, at: clientAt, ...where, props }
      const isUrgent = type === 'page_view'
      timed.push({ at: when, isUrgent, event: referrer ? { ...event, referrer } : event })
    }
    if (index === 0) push(viewAt, 'session_start')
    push(viewAt, 'page_view')
    for (const act of view.acts) {
      push(viewAt + Math.floor(act.share * view.engagedMs) + 2, act.type, act.props)
    }
    for (const engagedMs of pings(view.engagedMs)) {
      const share = engagedMs / view.engagedMs
      const isLast = engagedMs === view.engagedMs
      push(viewAt + engagedMs + (isLast ? view.idleMs : 0) + 5, 'user_engagement', {
        engaged_ms: engagedMs,
        scroll: Math.round(view.scroll * share),
        view_at: viewAt + browser.clockAheadMs,
      })
    }
    at = viewAt + view.engagedMs + view.idleMs + LOAD_MS + random.whole(0, 900)
    referrer = shopUrl + view.page.path
  }
  return timed.sort((a, b) => a.at - b.at)
}

/** The cumulative times at which the tag reports attention. */
function pings(engagedMs: number): readonly number[] {
  const times: number[] = []
  for (let time = PING_MS; time < engagedMs; time += PING_MS) times.push(time)
  return engagedMs > 0 ? [...times, engagedMs] : times
}

interface Sending {
  readonly visit: Visit
  readonly scene: Scene
  readonly provenAt: number
}

function deliver(timed: readonly Timed[], sending: Sending): readonly GeneratedDelivery[] {
  const { browser } = sending.visit
  return gather(timed).map((group) => {
    const latest = group.at(-1)
    const lastAt = latest?.at ?? sending.visit.startAt
    const sentAt = lastAt + (latest?.isUrgent ? 15 : sending.scene.random.whole(10, GATHER_MS))
    const batch = {
      site: sending.scene.siteKey,
      browser: browser.id,
      sentAt: sentAt + browser.clockAheadMs,
      events: group.map(({ event }) => event),
    }
    return {
      receivedAt: sentAt + sending.scene.random.whole(25, 380),
      userAgent: browser.userAgent,
      ip: browser.ip,
      body: sentAt >= sending.provenAt ? { ...batch, human: true } : batch,
    }
  })
}

/** Splits at page views, at pauses, and where a batch is full. */
function gather(timed: readonly Timed[]): readonly (readonly Timed[])[] {
  const groups: Timed[][] = []
  for (const each of timed) {
    const group = groups.at(-1)
    const first = group?.[0]
    const waits =
      first &&
      each.at - first.at <= GATHER_MS &&
      group.length < MAX_GATHERED &&
      !group.at(-1)?.isUrgent
    if (group && waits) group.push(each)
    else groups.push([each])
  }
  return groups
}
