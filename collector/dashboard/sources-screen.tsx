import { fileAnswer } from '../http/download.ts'
import { answer, trouble, type Visit } from './answers.tsx'
import { askLatest } from './ask.ts'
import type { DashboardDeps } from './deps.ts'
import { presentSources } from './present-sources.ts'
import type { Screen } from './screens.ts'
import { parseSourceFilters } from './source-filters.ts'
import { Counting, Sources } from './sources.tsx'
import { reportCsv } from './sources-csv.ts'

const ALL_ROWS = 10_000
const AGAIN_S = '2'

export function sourcesScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const asked = parseSourceFilters(visit.c.req.query(), visit.now)
    if (!asked.ok) return badReport(visit, asked.problems)
    const report = await reader.sources(asked.value.query, visit.now)
    if (!report) {
      visit.c.header('refresh', AGAIN_S)
      return answer(visit, 'Sources', <Counting />)
    }
    const { filters } = asked.value
    const isNobody = report.total.visitors === 0 && report.total.leads === 0
    const isUntouched = isNobody && (await askLatest(reader, visit.site, visit.now)) === null
    const origin = originOf(visit)
    const view = presentSources({ report, filters, now: visit.now, origin, isUntouched })
    return answer(visit, 'Sources', <Sources view={view} />)
  }
}

export function sourcesFileScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const asked = parseSourceFilters(visit.c.req.query(), visit.now)
    if (!asked.ok) return badReport(visit, asked.problems)
    const report = await reader.sources({ ...asked.value.query, most: ALL_ROWS }, visit.now)
    if (!report) return visit.c.text('Being counted; try again.', 503, { 'retry-after': AGAIN_S })
    const name = `sources-by-${report.by}.csv`
    return fileAnswer(visit.c, { name, type: 'csv' }, reportCsv(report))
  }
}

function badReport(visit: Visit, problems: readonly string[]): Response {
  return trouble(visit, 400, {
    title: 'This report can’t be made',
    points: problems,
    links: [{ href: '/sources', label: 'Show all sources' }],
  })
}

/** An address of the site's own for examples. */
function originOf({ site, sites }: Visit): string {
  return (site ?? sites[0])?.origins[0] ?? 'https://www.example.com'
}
