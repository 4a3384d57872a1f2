import { z } from '@hono/zod-openapi'
import { REFUSALS, type RefusalCode } from '../errors.ts'
import { countAnswer } from '../import/answers.ts'
import { toldOf } from '../import/deliveries.ts'
import { readEventLine } from '../import/event-lines.ts'
import { linesOf, MAX_LINE_BYTES } from '../import/lines.ts'
import { createTally, type ImportReport } from '../import/report.ts'
import { createRowIds } from '../import/row-ids.ts'
import { importPieces, piecesOfLines } from '../import/run.ts'
import { deliveryOf } from '../import/to-store.ts'
import type { ApiDeps } from './api.ts'
import { siteQuery, writeHeaders } from './api-query.ts'
import { type Api, json, writeRoute } from './api-route.ts'
import { audited } from './audit.ts'
import { refuse } from './refuse.ts'
import { exactly } from './schemas.ts'

/** Events of others, or of our own export, while the collector runs. Larger files are sent in pieces. */

/** Of a body; `pique import --url` sends far less at a time. */
export const MAX_IMPORT_BYTES = 4 * 1024 * 1024
/** Others have their turn between two of these. */
const ROWS_AT_ONCE = 500
/** Deliveries that wait for the writer at a time: with a crowd of them the tags, and what is left, are refused. */
const AT_A_TIME = 100

const count = z.number().int()
const report = exactly<ImportReport>()(
  z.object({
    read: count.openapi({ description: 'Lines that are not blank.' }),
    new: count,
    known: count.openapi({ description: 'The collector had the event already.' }),
    erased: count.openapi({ description: 'Of people who were erased since.' }),
    skipped: count,
    reasons: z
      .array(
        z.object({
          code: z.string().openapi({ example: 'no_time' }),
          rows: count,
          why: z.string(),
          lines: z.array(count).readonly().openapi({ description: 'The first ten of them.' }),
        }),
      )
      .readonly(),
  }),
).openapi('ImportReport')

const importEvents = writeRoute('write', {
  method: 'post',
  path: '/import',
  tags: ['Import'],
  summary: 'Take events from lines of NDJSON, of any age; sending them again adds nothing',
  description: `Lines as an export of events has them, or with \`type\`, \`at\` and \`browser\`, \`user_id\` or \`email\`. A line that can't be read, or is longer than ${MAX_LINE_BYTES / 1024} KiB, is skipped and counted. Where an answer is no 200, some lines may be in: send all of them again.`,
  request: {
    query: siteQuery,
    headers: writeHeaders,
    body: {
      required: false,
      description: 'At most 4 MiB',
      content: { 'application/x-ndjson': { schema: z.string() } },
    },
  },
  responses: { 200: json(report, 'What came of the lines') },
})

export function addImportRoutes(api: Api, deps: ApiDeps): void {
  const { reader, collect, clock, isDraining } = deps
  api.openapi(importEvents, async (c) => {
    const sites = await reader.sites()
    const asked = c.get('site')
    const site = asked ? sites.find(({ id }) => id === asked) : sites.length === 1 && sites[0]
    if (!site) {
      return asked
        ? refuse(c, 'not_found', `there is no site ${asked}`)
        : refuse(c, 'invalid_request', 'there are several sites; say which with `site`')
    }
    const tally = createTally()
    const now = clock()
    const body = Buffer.from(await c.req.arrayBuffer())
    const blocks = linesOf(piecesOfBody(body))
    let refused: RefusalCode | null = null
    await importPieces(
      piecesOfLines(blocks, (line) => readEventLine(line, { now }), null),
      {
        tally,
        ids: createRowIds(),
        rowsAtOnce: ROWS_AT_ONCE,
        isStopped() {
          // An answer that says what to do is better than a connection that is cut.
          if (isDraining()) refused ??= 'overloaded'
          return refused !== null
        },
        onSkip() {},
        onBatch() {},
        async take(rows) {
          const told = toldOf(site.key, rows)
          for (let next = 0; next < told.length && refused === null; next += AT_A_TIME) {
            const some = told.slice(next, next + AT_A_TIME)
            const answers = await Promise.all(
              some.map((one) => collect(deliveryOf(one.body, clock()))),
            )
            answers.forEach((answer, i) => {
              const one = some[i]
              if (answer.status !== 202) refused = codeIn(answer.body)
              else if (one) countAnswer(one, answer, tally, () => {})
            })
          }
        },
      },
    )
    const done = tally.report()
    if (done.new > 0) audited(c, { detail: `${done.new} events` })
    if (refused !== null) {
      return refuse(c, refused, 'some lines may be in; send all of them again', {
        'retry-after': '1',
      })
    }
    return c.json(done, 200)
  })
}

const PIECE_BYTES = 64 * 1024

async function* piecesOfBody(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES)
}

function codeIn(body: string): RefusalCode {
  const { code = '' } = JSON.parse(body) as { code?: string } // a problem of ours
  return code in REFUSALS ? (code as RefusalCode) : 'store_unavailable' // just looked up
}
