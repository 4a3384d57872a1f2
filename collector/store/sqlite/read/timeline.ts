import { byTime, type HistoryEvent } from '../../../scoring/derive.ts'
import { grossMilli } from '../../../scoring/tables.ts'
import { cursorOf, placeOf, uuidOf } from '../../ids.ts'
import type { Found } from '../../reader.ts'
import type { Page, TimelineEventJson, TimelineSessionJson } from '../../shapes.ts'
import { hexOf } from '../rows.ts'
import { type ClaimProps, claimPropsReader } from './claim-props.ts'
import type { History, OwnedContribution, OwnedSession } from './history.ts'
import type { ReadTools } from './tools.ts'

/** What an event's rules gave it: the growth of g it brought on its day, before decay and caps. */
export interface EventPoints {
  milli: number
  readonly rules: string[]
}

/** Takes a person's contributions of each rule and day in order of (at, id), and gives each event its growth. */
function pointsByEvent(parts: readonly OwnedContribution[]): Map<string, EventPoints> {
  const sums = new Map<string, { count: number; engagedMs: number }>()
  const points = new Map<string, EventPoints>()
  for (const part of [...parts].sort((a, b) => byTime(a.event, b.event))) {
    const { rule } = part
    if (rule === null) continue
    const { tables } = rule
    const key = `${rule.index} ${part.day}`
    const sum = sums.get(key) ?? { count: 0, engagedMs: 0 }
    const before = grossMilli(tables, sum.count, sum.engagedMs)
    sum.count += part.count
    sum.engagedMs += part.engagedMs
    sums.set(key, sum)
    const place = `${part.browser} ${part.event.id}`
    const own = points.get(place) ?? { milli: 0, rules: [] }
    own.milli += grossMilli(tables, sum.count, sum.engagedMs) - before
    if (!own.rules.includes(rule.spec.id)) own.rules.push(rule.spec.id)
    points.set(place, own)
  }
  return points
}

export interface TimelinePage {
  readonly limit?: number
  readonly cursor?: string
}

const USUAL_LIMIT = 20

export function createTimelineReader(tools: ReadTools) {
  const { db, texts } = tools
  const claimsOf = claimPropsReader(db)
  const sessionRow = db
    .prepare('SELECT key, start_at, device, id FROM session WHERE browser = ?')
    .raw()
  const visitorAt = db
    .prepare(
      `SELECT id FROM visitor WHERE browser = ? AND coalesce(from_at, -9e15) <= ?
       ORDER BY from_at DESC NULLS LAST LIMIT 1`,
    )
    .pluck()

  function sessionJson(
    { browser, session, events }: OwnedSession,
    points: ReadonlyMap<string, EventPoints>,
  ): TimelineSessionJson {
    const claims = claimsOf(browser)
    const { device, ref } = facts(browser, session.key, session.startAt)
    const touch = session.landing && tools.touchOf(session.landing.url, session.landing.referrer)
    const startAt = events[0]?.at ?? session.startAt
    return {
      session: session.key === null ? `se_${ref}` : uuidOf(session.key),
      visitor: `vi_${Number(visitorAt.get(browser, startAt))}`,
      started_at: iso(startAt),
      ended_at: iso(events.at(-1)?.at ?? session.endAt),
      source: touch && {
        channel: touch.channel,
        source: touch.source,
        medium: touch.medium,
        campaign: touch.campaign,
        landing: session.landing?.url ?? null,
        referrer: session.landing?.referrer ?? null,
        at: iso(session.startAt),
      },
      device,
      human: session.provenAt !== null,
      bot: session.bot,
      events: events.map((event) => eventJson(event, points.get(`${browser} ${event.id}`), claims)),
    }
  }
  function facts(browser: number, key: string | null, startAt: number) {
    for (const raw of sessionRow.all(browser)) {
      const row = raw as [Uint8Array | null, number, number | null, number]
      const isIt =
        key === null ? row[0] === null && row[1] === startAt : row[0] && hexOf(row[0]) === key
      if (isIt) return { device: texts.valueOf(row[2]), ref: row[3] }
    }
    return { device: null, ref: 0 }
  }

  /** Sessions of a history, newest first, whole; `cursor` is where the last page ended. */
  return (history: History, page: TimelinePage): Found<Page<TimelineSessionJson>> => {
    const after =
      page.cursor === undefined ? null : placeOf(page.cursor, ['number', 'string', 'number'])
    if (page.cursor !== undefined && !after) return { kind: 'bad_cursor' }
    const points = pointsByEvent(history.contributions)
    const ordered = history.sessions.map(placed).sort(newestFirst)
    const [at, id, browser] = after ?? []
    const end = { startAt: Number(at), id: String(id), browser: Number(browser) }
    const rest = after ? ordered.filter((one) => newestFirst(end, one) < 0) : ordered
    const shown = rest.slice(0, page.limit ?? USUAL_LIMIT)
    const last = shown.at(-1)
    const hasMore = rest.length > shown.length && last
    return {
      kind: 'found',
      value: {
        data: shown.map(({ session }) => sessionJson(session, points)),
        next_cursor: hasMore ? cursorOf([last.startAt, last.id, last.browser]) : null,
      },
    }
  }
}

interface Place {
  readonly startAt: number
  readonly id: string
  readonly browser: number
}

function placed(session: OwnedSession): Place & { readonly session: OwnedSession } {
  const first = session.events[0]
  return { session, startAt: first?.at ?? 0, id: first?.id ?? '', browser: session.browser }
}

function newestFirst(a: Place, b: Place): number {
  return b.startAt - a.startAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : b.browser - a.browser)
}

function eventJson(
  event: HistoryEvent,
  points: EventPoints | undefined,
  claims: ClaimProps,
): TimelineEventJson {
  return {
    id: event.external ?? uuidOf(event.id),
    type: event.type,
    at: iso(event.at),
    url: event.url,
    title: event.title,
    props: propsOf(event, claims),
    milli: points?.milli ?? 0,
    rules: points?.rules ?? [],
  }
}

/** The props of an event: of a ping what it measured, of an `identify` what it said. */
function propsOf(event: HistoryEvent, claims: ClaimProps): Readonly<Record<string, unknown>> {
  if (event.type !== 'user_engagement') return claims.get(event.id) ?? event.props ?? {}
  return {
    engaged_ms: event.engagedMs,
    scroll: event.scroll,
    ...(event.viewAt !== null && { view_at: event.viewAt }),
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
