import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, Scoped, VisitorQuery } from '../../reader.ts'
import type { Page, ScoreJson, VisitorJson } from '../../shapes.ts'
import { createBucketReader, scoreJson } from './score-json.ts'
import type { ReadTools } from './tools.ts'
import { createHoldReader, createTouchesReader, type HoldRow } from './touches.ts'

type Engagement = ScoreJson['engagement']

const USUAL_LIMIT = 50
const ANYONE = { email: null, traits: {}, stage: 'anonymous' } as const

/** Visitors, anonymous ones too, by when they were last seen. */
export function createVisitorReader(tools: ReadTools) {
  const { db, texts } = tools
  const holds = createHoldReader(tools)
  const touchesOf = createTouchesReader(tools)
  const bucketsOf = createBucketReader(tools)
  const newest = db
    .prepare(
      `SELECT v.id FROM visitor v JOIN browser b ON b.id = v.browser
       WHERE v.last_at IS NOT NULL AND (@site IS NULL OR b.site = @site)
         AND v.last_at >= @since AND v.last_day >= @day AND (@anyone OR v.lead IS NULL)
         AND (v.last_at < @at OR (v.last_at = @at AND v.id < @id))
       ORDER BY v.last_day DESC, v.last_at DESC, v.id DESC LIMIT @limit`,
    )
    .pluck()
  const lastSession = db
    .prepare(
      `SELECT id, device, bot FROM session WHERE browser = ? AND start_at >= ? AND start_at < ?
       ORDER BY start_at DESC LIMIT 1`,
    )
    .raw()
  const lastPage = db
    .prepare(
      `SELECT url, title FROM event WHERE session = ? AND url IS NOT NULL
       ORDER BY at_ms DESC, title IS NULL LIMIT 1`,
    )
    .raw()

  const pageOpened = db
    .prepare(
      `SELECT max(at_ms) + (SELECT base_at FROM session WHERE id = @session) FROM event
       WHERE session = @session AND type = (SELECT id FROM text WHERE value = 'page_view')`,
    )
    .pluck()

  /** The score of this visitor alone, whoever it was joined to. */
  function scoreAlone(hold: HoldRow, now: number): ScoreJson {
    const buckets = bucketsOf([hold])
    const reading = { buckets, adjustments: [], person: ANYONE, model: tools.current() }
    return scoreJson({ ...reading, asOf: now, percentile: null }, tools)
  }

  function json(hold: HoldRow, now: number): VisitorJson {
    const [from, to] = [Math.max(hold.from, -9e15), Math.min(hold.to, 9e15)]
    const session = lastSession.get(hold.browser, from, to) as
      | [number, number | null, number | null]
      | undefined
    const page = session && (lastPage.get(session[0]) as [number, number | null] | undefined)
    const url = page ? texts.valueOf(page[0]) : null
    const openedAt = session && pageOpened.get({ session: session[0] })
    const touches = touchesOf([hold])
    return {
      id: publicId('visitor', hold.visitor),
      site: publicId('site', hold.site),
      browser: hold.browserId,
      lead: hold.lead === null ? null : publicId('lead', hold.lead),
      device: session ? texts.valueOf(session[1]) : null,
      bot: session ? texts.valueOf(session[2]) : null,
      first_touch: touches.first,
      last_touch: touches.last,
      first_seen_at: hold.firstAt === null ? null : new Date(hold.firstAt).toISOString(),
      last_seen_at: hold.lastAt === null ? null : new Date(hold.lastAt).toISOString(),
      last_page:
        url === null
          ? null
          : {
              url,
              title: page ? texts.valueOf(page[1]) : null,
              opened_at: typeof openedAt === 'number' ? new Date(openedAt).toISOString() : null,
            },
      ...scoreAlone(hold, now),
    }
  }

  return {
    find(id: string, scope: Scoped): HoldRow | undefined {
      const ref = refOf('visitor', id)
      const hold = ref === null ? undefined : holds.ofVisitor(ref)
      const isInSite = scope.site === undefined || hold?.site === refOf('site', scope.site)
      return hold && isInSite ? hold : undefined
    },
    json,
    /** How hot the visitor is that holds this browser now; null for a browser never seen. */
    engagementOf(site: number, browserKey: string, now: number): Engagement | null {
      const hold = holds.ofBrowser(site, browserKey)
      return hold ? scoreAlone(hold, now).engagement : null
    },
    list(query: VisitorQuery, now: number): Found<Page<VisitorJson>> {
      const after = query.cursor === undefined ? null : placeOf(query.cursor, ['number', 'number'])
      if (query.cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const limit = query.limit ?? USUAL_LIMIT
      const since = query.seenSince ?? Number.MIN_SAFE_INTEGER
      const refs = newest
        .all({
          site: query.site === undefined ? null : (refOf('site', query.site) ?? 0),
          since,
          day: query.seenSince === undefined ? -1e9 : Math.floor(since / 86_400_000),
          anyone: query.anonymous ? 0 : 1,
          at: Number(after?.[0] ?? Number.MAX_SAFE_INTEGER),
          id: Number(after?.[1] ?? Number.MAX_SAFE_INTEGER),
          limit: limit + 1,
        })
        .map(Number)
      const shown = refs.slice(0, limit).flatMap((ref) => holds.ofVisitor(ref) ?? [])
      const last = shown.at(-1)
      const hasMore = refs.length > limit && last
      return {
        kind: 'found',
        value: {
          data: shown.map((hold) => json(hold, now)),
          next_cursor: hasMore ? cursorOf([last.lastAt ?? 0, last.visitor]) : null,
        },
      }
    },
  }
}
