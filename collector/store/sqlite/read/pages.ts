import { pathOf } from '../../../attribution/origins.ts'
import type { Db } from '../connect.ts'

/**
 * How often each page was viewed, by how many visitors, and how many leads and MQLs were among them. Reads every
 * page view, a slice of browsers at a time, from one snapshot; what programs looked at does not count.
 */
export interface PageCounts {
  /** When the snapshot was taken, epoch milliseconds. */
  readonly asOf: number
  readonly pages: readonly PageCount[]
}

export interface PageCount {
  readonly site: number
  readonly page: string
  views: number
  visitors: number
  leads: number
  mql: number
}

/** What a lead counts as; null where the model leaves it out, with all that it viewed. */
export type Standing = (lead: number) => 'lead' | 'mql' | null

/** In one go: some ten milliseconds. */
const BROWSERS = 200
const LEADS = 5000

interface Hold {
  readonly index: number
  readonly site: number
  readonly from: number
  readonly lead: number | null
  readonly isOut: boolean
}

export function createPageReads(db: Db) {
  const browsers = db.prepare('SELECT id FROM browser WHERE id > ? ORDER BY id LIMIT ?').pluck()
  const holds = db
    .prepare(
      `SELECT v.browser, b.site, coalesce(v.from_at, -9e15), v.lead
       FROM visitor v JOIN browser b ON b.id = v.browser
       WHERE v.browser > ? AND v.browser <= ? ORDER BY v.browser, coalesce(v.from_at, -9e15)`,
    )
    .raw()
  const views = db
    .prepare(
      `SELECT s.browser, s.base_at + e.at_ms, e.url FROM session s
       CROSS JOIN event e ON e.session = s.id
       WHERE s.browser > ? AND s.browser <= ? AND s.bot IS NULL AND e.type = ? AND e.url IS NOT NULL
       ORDER BY s.browser`,
    )
    .raw()
  const textRef = db.prepare('SELECT id FROM text WHERE value = ?').pluck()
  const textOf = db.prepare('SELECT value FROM text WHERE id = ?').pluck()

  function holdsBetween(
    [after, to]: readonly [number, number],
    standingOf: Standing,
  ): ReadonlyMap<number, readonly Hold[]> {
    const known = new Map<number, Hold[]>()
    for (const raw of holds.all(after, to)) {
      const [browser, site, from, lead] = raw as [number, number, number, number | null]
      const own = known.get(browser) ?? []
      known.set(browser, own)
      const isOut = lead !== null && standingOf(lead) === null
      own.push({ index: own.length, site, from, lead, isOut })
    }
    return known
  }

  /** Takes it all; pauses wherever others may be answered. */
  return function* take(asOf: number, standingOf: Standing): Generator<void, PageCounts> {
    const pages: PageCount[] = []
    const refs = new Map<string, number>()
    const paths = new Map<number, string>()
    const byLead = new Map<number, number[]>()
    const type = textRef.get('page_view') ?? 0

    function pageOf(site: number, url: number): number {
      const path = paths.get(url) ?? pathOf(textOf.get(url) as string | null) ?? '' // a text, if any
      paths.set(url, path)
      const key = `${site} ${path}`
      const before = refs.get(key)
      if (before !== undefined) return before
      const made = pages.push({ site, page: path, views: 0, visitors: 0, leads: 0, mql: 0 }) - 1
      refs.set(key, made)
      return made
    }

    for (let after = 0; ; ) {
      const slice = browsers.all(after, BROWSERS).map(Number)
      const to = slice.at(-1)
      if (to === undefined) break
      const byBrowser = holdsBetween([after, to], standingOf)
      // By browser: which of its holders viewed which page.
      let [current, seen] = [0, new Set<string>()]
      for (const raw of views.all(after, to, type)) {
        const [browser, at, url] = raw as [number, number, number]
        if (browser !== current) [current, seen] = [browser, new Set()]
        const hold = byBrowser.get(browser)?.findLast(({ from }) => from <= at)
        if (!hold || hold.isOut) continue
        const ref = pageOf(hold.site, url)
        const page = pages[ref]
        if (!page) continue
        page.views += 1
        const key = `${hold.index} ${ref}`
        if (seen.has(key)) continue
        seen.add(key)
        page.visitors += 1
        if (hold.lead === null) continue
        const own = byLead.get(hold.lead) ?? []
        byLead.set(hold.lead, own)
        if (!own.includes(ref)) own.push(ref)
      }
      after = to
      yield
    }
    let done = 0
    for (const [lead, own] of byLead) {
      done += 1
      if (done % LEADS === 0) yield
      const standing = standingOf(lead)
      for (const ref of own) {
        const page = pages[ref]
        if (!page || standing === null) continue
        page.leads += 1
        if (standing === 'mql') page.mql += 1
      }
    }
    pages.sort((a, b) => b.views - a.views || (a.page < b.page ? -1 : 1))
    return { asOf, pages }
  }
}
