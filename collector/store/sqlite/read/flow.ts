import type { FlowHourJson, FlowJson } from '../../flow.ts'
import type { Db } from '../connect.ts'

/** Whether data flows into a site. Every question is bounded: it costs the same in a store of any size. */

const HOUR_MS = 3_600_000
const HOURS = 24
/** Visits looked at; where more began within the day, fewer hours are told of. */
const MOST_VISITS = 20_000
/** Of the newest refused and waiting events. */
const MOST_EVENTS = 5_000

export function createFlowReader(db: Db) {
  const oldestOfMany = db
    .prepare(
      `SELECT start_at FROM session WHERE start_at >= ? AND start_at <= ?
       ORDER BY start_at DESC LIMIT 1 OFFSET ?`,
    )
    .pluck()
  const visits = db
    .prepare(
      `SELECT s.start_at / 3600000, count(*), sum(s.next_n),
         sum(s.proven_ms IS NOT NULL AND s.bot IS NULL), sum(s.bot IS NOT NULL)
       FROM session s CROSS JOIN browser b ON b.id = s.browser
       WHERE s.start_at >= ? AND s.start_at <= ? AND b.site = ? GROUP BY 1`,
    )
    .raw()
  const counters = db.prepare('SELECT name, value FROM counter WHERE site = ? AND value > 0').raw()
  const refused = db
    .prepare(
      `SELECT code, count(*) AS events, max(received_at) FROM
         (SELECT site, code, received_at FROM rejected ORDER BY id DESC LIMIT ?)
       WHERE site = ? GROUP BY code ORDER BY events DESC, code`,
    )
    .raw()
  const waiting = db
    .prepare(
      'SELECT count(*) FROM (SELECT site FROM quarantine ORDER BY id DESC LIMIT ?) WHERE site = ?',
    )
    .pluck()

  function hoursOf(site: number, now: number): FlowHourJson[] {
    const thisHour = Math.floor(now / HOUR_MS)
    const cut = oldestOfMany.get((thisHour - HOURS + 1) * HOUR_MS, now, MOST_VISITS)
    // The hour of the last visit that is looked at is not whole.
    const first = cut === undefined ? thisHour - HOURS + 1 : Math.floor(Number(cut) / HOUR_MS) + 1
    const rows = visits.all(first * HOUR_MS, now, site) as number[][] // the columns above
    const byHour = new Map(rows.map(([hour, ...rest]) => [hour, rest]))
    return Array.from({ length: thisHour - first + 1 }, (_, i) => {
      const [begun = 0, events = 0, people = 0, bots = 0] = byHour.get(first + i) ?? []
      const at = new Date((first + i) * HOUR_MS).toISOString()
      return { at, visits: begun, events, people, bots }
    })
  }

  return (site: number, now: number): FlowJson => ({
    hours: hoursOf(site, now),
    counts: Object.fromEntries(counters.all(site) as [string, number][]),
    refused: (refused.all(MOST_EVENTS, site) as [string, number, number][]).map(
      ([code, events, at]) => ({ code, events, last_at: new Date(at).toISOString() }),
    ),
    waiting: Number(waiting.get(MOST_EVENTS, site)),
    counted_of: MOST_EVENTS,
  })
}
