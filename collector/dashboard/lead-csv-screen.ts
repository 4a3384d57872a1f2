import { piecesAnswer } from '../http/download.ts'
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
export function leadsCsvScreen({
  reader,
  onBroken,
}: Pick<DashboardDeps, 'reader' | 'onBroken'>): Screen {
  return async (visit) => {
    const { c, now, sites } = visit
    const asked = parseLeadFilters(c.req.query(), now)
    if (!asked.ok) return trouble(visit, 400, badFilters(asked.problems))
    const { query, columns, filters } = asked.value
    const [refs, saved] = await Promise.all([reader.leadOrder(query, now), reader.savedViews()])
    const { name } = presentTabs(saved, { ...filters, cursor: '' }, sites)
    const pieces = piecesOf(reader, { refs, columns, now })
    return piecesAnswer(c, { name: csvName(name, now), type: 'csv', pieces, onBroken })
  }
}

interface File {
  readonly refs: readonly number[]
  readonly columns: readonly ColumnKey[]
  readonly now: number
}

async function* piecesOf(
  reader: DashboardReader,
  { refs, columns, now }: File,
): AsyncGenerator<string> {
  yield csvHead(columns)
  for (let at = 0; at < refs.length; at += AT_ONCE) {
    yield csvRows(await reader.listedLeads(refs.slice(at, at + AT_ONCE), now), columns)
  }
}
