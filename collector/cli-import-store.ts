import { rmSync } from 'node:fs'
import { monthsOf } from './cli-find-person.ts'
import type { BeginTools, Begun, ImportOptions, Outcome } from './cli-import-file.ts'
import { importOutcomes } from './cli-import-outcomes.ts'
import { siteOrOnly } from './cli-site.ts'
import { piecesOf } from './import/formats.ts'
import { createTally, NOTHING } from './import/report.ts'
import { createRowIds } from './import/row-ids.ts'
import { Changed, importPieces } from './import/run.ts'
import {
  type BrokenOff,
  keepRun,
  nameOfRun,
  ROWS_A_COMMIT,
  readRun,
  takeIntoStore,
} from './import/to-store.ts'
import { ImportTrouble } from './import/trouble.ts'
import { openWriterService, type WriterService } from './ingest/writer-service.ts'
import defaultModel from './scoring/default-model.yaml'
import disposable from './scoring/disposable-mail-domains.txt'
import free from './scoring/free-mail-domains.txt'
import { createMailDomains } from './scoring/mail-domains.ts'
import { publicId } from './store/ids.ts'
import { copyStore, publishCopy } from './store/sqlite/backup.ts'
import { realPathOf } from './store/sqlite/lock.ts'
import { createSqliteReader, type InternalReader } from './store/sqlite/read/reader.ts'
import type { Site } from './store/store.ts'
import { StoreInUse } from './store/trouble.ts'

/** An import into a store that nobody else is on; a dry run goes into a copy, which is dropped. */

export async function importIntoStore(
  begin: () => Promise<Begun>,
  options: ImportOptions,
  tools: BeginTools,
): Promise<Outcome> {
  if (!options.dryRun) return importInto(options.store, begin, options, tools)
  // Called like the copies that a migration leaves: one that is left over by a crash is found.
  const copy = `${realPathOf(options.store)}-before-dry-run-${process.pid}`
  const drop = () => {
    for (const end of ['', '-wal', '-shm', '-lock', '-instance', '.part', '-instance.part']) {
      rmSync(copy + end, { force: true })
    }
  }
  process.once('exit', drop)
  try {
    await copyStore(options.store, `${copy}.part`)
    publishCopy(`${copy}.part`, copy, options.store)
    return await importInto(copy, begin, options, tools)
  } finally {
    process.off('exit', drop)
    drop()
  }
}

async function importInto(
  store: string,
  begin: () => Promise<Begun>,
  options: ImportOptions,
  tools: BeginTools,
): Promise<Outcome> {
  const service = openAlone(store, options, tools)
  try {
    const site = siteOrOnly(service.sites(), options.site)
    if (options.what === 'outcomes') {
      const into = { service, reader: readerOf(store), site: publicId('site', site.ref) }
      const done = await importOutcomes(await begin(), into, tools)
      return { ...done, isDry: options.dryRun === true }
    }
    const run = { begin, options, tools, service, site, store }
    try {
      return await importFile(run, true)
    } catch (error) {
      // The file has another beginning than when its import was broken off: nothing of that holds.
      if (error instanceof Changed) return await importFile(run, false)
      throw error
    }
  } finally {
    service.close()
  }
}

/** Files go browser by browser, or by time, so few are met again; twice what one commit may touch. */
const REMEMBERED_BROWSERS = 2 * ROWS_A_COMMIT

interface FileRun {
  readonly begin: () => Promise<Begun>
  readonly options: ImportOptions
  readonly tools: BeginTools
  readonly service: WriterService
  readonly site: Site
  readonly store: string
}

async function importFile(
  { begin, options, tools, service, site, store }: FileRun,
  mayGoOn: boolean,
): Promise<Outcome> {
  const { now } = tools
  const { source, format, more, skippedFile, tell, endTelling } = await begin()
  const canGoOn = source.size !== null && format.hasPlaces && !options.dryRun
  const name = nameOfRun([site.key, format.name, String(options.trustHuman)], source.head)
  const before = canGoOn && mayGoOn ? readRun(service, name) : null
  if (before) {
    tools.complain(
      `pique: goes on where it was broken off, behind ${before.report.read.toLocaleString('en')} rows`,
    )
  }
  const tally = createTally(before?.report ?? NOTHING)
  const skips = skippedFile(before !== null)
  const startedAt = now() - (before?.tookMs ?? 0)
  const leadsBefore = await leadsIn(store, site)
  const end = { store: service, site: site.key, now, tally }
  let trouble: string | null = null
  let isWhole = false
  try {
    const key = service.logKey()
    const pieces = piecesOf(source, format, {
      now: now(),
      key,
      past: before?.place ?? null,
      ...more,
    })
    isWhole = await importPieces(pieces, {
      tally,
      ids: createRowIds(),
      rowsAtOnce: ROWS_A_COMMIT,
      isStopped: tools.isStopped,
      take: (rows) => takeIntoStore(rows, { ...end, onSkip: (skip) => skips.add(skip, '') }),
      onSkip: skips.add,
      onBatch(place) {
        skips.flush()
        const run: BrokenOff | null = place && {
          place,
          report: tally.report(),
          tookMs: now() - startedAt,
        }
        if (canGoOn && run) keepRun(service, name, run, now())
        tell(tally.report().read, startedAt)
      },
    })
    if (canGoOn && isWhole) service.dropImportRun(name)
  } catch (error) {
    if (!(error instanceof ImportTrouble)) throw error
    trouble = error.message
  } finally {
    endTelling()
  }
  const leads = (await leadsIn(store, site)) - leadsBefore
  const goesOn = canGoOn
    ? 'the same command goes on where it was'
    : 'the same command begins again, and adds nothing twice'
  const isDry = options.dryRun === true
  return {
    ...tally.report(),
    things: 'events',
    leads,
    isDry,
    tookMs: now() - startedAt,
    isWhole,
    goesOn,
    trouble,
  }
}

function readerOf(store: string): InternalReader {
  return createSqliteReader(store, createMailDomains(free, disposable))
}

async function leadsIn(store: string, site: Site): Promise<number> {
  const id = publicId('site', site.ref)
  return (await readerOf(store).exportTotal({ what: 'leads', site: id })) ?? 0
}

function openAlone(
  store: string,
  options: ImportOptions,
  { now, instanceKey }: BeginTools,
): WriterService {
  try {
    return openWriterService({
      store,
      initialModel: defaultModel,
      now: now(),
      isLimited: false,
      retentionMonths: monthsOf(options),
      file: { instanceKey: instanceKey ?? null, rememberedBrowsers: REMEMBERED_BROWSERS },
    })
  } catch (error) {
    if (!(error instanceof StoreInUse)) throw error
    throw new ImportTrouble(
      `a collector runs on ${store}; send the file through it: set PIQUE_API_KEY to a key with scope write, and add --url http://127.0.0.1:8787, or wherever it listens`,
    )
  }
}
