import type { BeginTools, Begun, Outcome } from './cli-import-file.ts'
import { piecesOf } from './import/pieces.ts'
import { readPlan } from './import/read-plan.ts'
import { createTally } from './import/report.ts'
import { MAX_FILE_BYTES } from './import/table.ts'
import { ImportTrouble } from './import/trouble.ts'
import type { WriterService } from './ingest/writer-service.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'

/** What sales made of leads, from a CSV, as Connect imports it: all of it is read before any is added. */

/** Added in one commit. */
const AT_ONCE = 200

interface Into {
  readonly service: WriterService
  readonly reader: InternalReader
  /** `si_…` */
  readonly site: string
}

export async function importOutcomes(
  { source, skippedFile }: Begun,
  { service, reader, site }: Into,
  { now }: BeginTools,
): Promise<Omit<Outcome, 'isDry'>> {
  const startedAt = now()
  const bytes = await wholeOf(source.chunks)
  const read = await readPlan(reader, { bytes, site }, startedAt)
  if (!read.ok) throw new ImportTrouble(read.problem)
  const { rows, toAdd, counts } = read.file.plan
  const tally = createTally()
  const skips = skippedFile(false)
  tally.read(rows.length)
  tally.add({ known: counts.known })
  for (const { fate, why, judged } of rows) {
    if (fate === 'new' || fate === 'known') continue
    const code = fate === 'nobody' ? ('unknown_lead' as const) : ('no_outcome' as const)
    const skip = { line: judged.row.line, code, why }
    tally.skip(skip)
    skips.add(skip, judged.row.cells.join(','))
  }
  skips.flush()
  for (const some of piecesOf(toAdd, AT_ONCE)) {
    const by = 'command line'
    const fates = service.addOutcomes(
      some.map(({ line: _, who: __, ...one }) => ({ ...one, by, recordedAt: now() })),
    )
    const isNew = fates.filter((fate) => fate === 'new').length
    tally.add({ new: isNew, known: fates.length - isNew })
  }
  return {
    ...tally.report(),
    things: 'outcomes',
    leads: null,
    tookMs: now() - startedAt,
    isWhole: true,
    goesOn: '',
    trouble: null,
  }
}

async function wholeOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > MAX_FILE_BYTES) {
      throw new ImportTrouble('a file of outcomes is at most 5 MB: split it into parts')
    }
    all.push(chunk)
  }
  return Buffer.concat(all)
}
