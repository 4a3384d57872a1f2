import { setTimeout as wait } from 'node:timers/promises'
import type { BeginTools, Begun, ImportOptions, Outcome } from './cli-import-file.ts'
import type { RejectCode } from './errors.ts'
import type { PlacedRow } from './import/deliveries.ts'
import { piecesOf } from './import/formats.ts'
import { lineOfRow } from './import/line-of-row.ts'
import { createTally, type ImportReport, type Skip, type Tally } from './import/report.ts'
import { createRowIds } from './import/row-ids.ts'
import { importPieces } from './import/run.ts'
import { ImportTrouble } from './import/trouble.ts'

/** An import beside a collector that runs: the file is read here, and goes through its API in pieces. */

const ROWS_A_REQUEST = 1_000
const MAX_TRIES = 20
const USUAL_WAIT_S = 1
const MAX_WAIT_S = 10

type ApiOptions = ImportOptions & { readonly url: string; readonly apiKey: string }

export async function importByApi(
  begin: () => Promise<Begun>,
  options: ApiOptions,
  tools: BeginTools,
): Promise<Outcome> {
  const { now } = tools
  if (options.what === 'outcomes') {
    throw new ImportTrouble(
      'outcomes go into a running collector on its page Connect, under Import',
    )
  }
  const { source, format, more, skippedFile, tell, endTelling } = await begin()
  const tally = createTally()
  const skips = skippedFile(false)
  const startedAt = now()
  // Pseudonyms have to be the same each time, and for nobody else to make.
  const key = Buffer.from(options.apiKey)
  let trouble: string | null = null
  let isWhole = false
  try {
    isWhole = await importPieces(
      piecesOf(source, format, { now: now(), key, past: null, ...more }),
      {
        tally,
        ids: createRowIds(),
        rowsAtOnce: ROWS_A_REQUEST,
        isStopped: tools.isStopped,
        onSkip: skips.add,
        async take(rows) {
          for (let at = 0; at < rows.length; at += ROWS_A_REQUEST) {
            const some = rows.slice(at, at + ROWS_A_REQUEST)
            countReport(await send(some, options), some, tally, (skip) => skips.add(skip, ''))
          }
        },
        onBatch() {
          skips.flush()
          tell(tally.report().read, startedAt)
        },
      },
    )
  } catch (error) {
    if (!(error instanceof ImportTrouble)) throw error
    trouble = error.message
  } finally {
    endTelling()
  }
  const goesOn = 'the same command begins again, and adds nothing twice'
  return {
    ...tally.report(),
    leads: null,
    things: 'events',
    isDry: false,
    tookMs: now() - startedAt,
    isWhole,
    goesOn,
    trouble,
  }
}

/** What the collector says of rows whose lines, there, are counted from 1. */
function countReport(
  report: ImportReport,
  rows: readonly PlacedRow[],
  tally: Tally,
  onSkip: (skip: Skip) => void,
): void {
  tally.add(report)
  for (const { code, rows: count, lines } of report.reasons) {
    for (let i = 0; i < count; i += 1) {
      const line = rows[(lines[i] ?? 0) - 1]?.line ?? 0
      const skip: Skip = { line, code: code as RejectCode } // as the collector has it
      tally.skip(skip)
      onSkip(skip)
    }
  }
}

async function send(rows: readonly PlacedRow[], options: ApiOptions): Promise<ImportReport> {
  const { url, site, apiKey } = options
  const asked = new URL('/api/v1/import', url)
  if (site !== undefined) asked.searchParams.set('site', site)
  const body = rows.map(lineOfRow).join('\n')
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' }
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(asked, { method: 'POST', headers, body }).catch(() => null)
    if (answer?.ok) return (await answer.json()) as ImportReport // by the schema of the route
    const isBusy = answer === null || answer.status === 503 || answer.status === 429
    if (!isBusy || tries >= MAX_TRIES) throw new ImportTrouble(await saidBy(answer, url))
    const seconds = Number(answer?.headers.get('retry-after')) || USUAL_WAIT_S
    await wait(Math.min(seconds, MAX_WAIT_S) * 1000)
  }
}

async function saidBy(answer: Response | null, url: string): Promise<string> {
  if (!answer) return `no collector answers at ${url}`
  const said: unknown = await answer.json().catch(() => null)
  const { title = '', detail = '' } = (said ?? {}) as { title?: string; detail?: string } // a problem of RFC 9457
  return `the collector answered ${answer.status}: ${[title, detail].filter(Boolean).join('; ')}`
}
