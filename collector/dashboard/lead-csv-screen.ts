import { AsyncResource } from 'node:async_hooks'
import { badFilters, trouble } from './answers.tsx'
import type { DashboardDeps, DashboardReader } from './deps.ts'
import { parseLeadFilters } from './filters.ts'
import type { ColumnKey } from './lead-columns.ts'
import { csvHead, csvName, csvRows } from './lead-csv.ts'
import { presentTabs } from './saved-views.ts'
import type { Screen } from './screens.ts'

/** Leads of one read: no longer than a page of the list, so that others wait for no more than that. */
const AT_ONCE = 50

/**
 * All leads of the list as a file. Who belongs to it, and in which order, is decided once: nobody is
 * left out or written twice because a score changed meanwhile. That is a number for each; the rest is read
 * and sent piece by piece, as fast as it is taken.
 */
export function leadsCsvScreen({ reader }: Pick<DashboardDeps, 'reader'>): Screen {
  return async (visit) => {
    const { c, now, sites } = visit
    const asked = parseLeadFilters(c.req.query(), now)
    if (!asked.ok) return trouble(visit, 400, badFilters(asked.problems))
    const { query, columns, filters } = asked.value
    const [refs, saved] = await Promise.all([reader.leadOrder(query, now), reader.savedViews()])
    const { name } = presentTabs(saved, { ...filters, cursor: '' }, sites)
    return c.body(streamOf(reader, { refs, columns, now }), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${csvName(name, now)}"`,
    })
  }
}

interface File {
  readonly refs: readonly number[]
  readonly columns: readonly ColumnKey[]
  readonly now: number
}

function streamOf(reader: DashboardReader, { refs, columns, now }: File): ReadableStream {
  const encoder = new TextEncoder()
  let next = 0
  // Whoever takes the stream is outside of the request, which decides what may be seen.
  const readNext = AsyncResource.bind(() =>
    reader.listedLeads(refs.slice(next, next + AT_ONCE), now),
  )
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvHead(columns)))
    },
    // What fails here breaks the connection off: a browser then has no file, instead of half of one.
    async pull(controller) {
      if (next >= refs.length) return controller.close()
      const leads = await readNext()
      next += AT_ONCE
      controller.enqueue(encoder.encode(csvRows(leads, columns)))
    },
  })
}
