import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTouchReader } from '../attribution/touch-reader.ts'
import { generateHistory } from '../demo/history.ts'
import { newSiteSecrets } from '../http/site-secrets.ts'
import type { RawDelivery } from '../ingest/pipeline.ts'
import { openWriterService } from '../ingest/writer-service.ts'
import defaultModel from '../scoring/default-model.yaml'
import disposable from '../scoring/disposable-mail-domains.txt'
import free from '../scoring/free-mail-domains.txt'
import { createMailDomains } from '../scoring/mail-domains.ts'
import { compileModel } from '../scoring/match.ts'
import { parseModel } from '../scoring/model.ts'
import { openReader } from '../store/sqlite/connect.ts'
import { createSqliteReader } from '../store/sqlite/read/reader.ts'
import { createScanner } from '../store/sqlite/scan.ts'
import { createTexts } from '../store/sqlite/texts.ts'
import { median, print, share } from './report.ts'

/** What a store of a million events costs to count anew, and one lead's score to read. */
const EVENTS = 1_000_000
const VISITORS_PER_SITE = 9_000
const LEADS_PER_SITE = 700
const GROUP = 250
const NOW = Date.UTC(2026, 10, 1, 12)
const SCANS = 5
const READ = 300
const SCAN_AIM = 0.5
const READ_AIM_MS = 1

/** A shop's history after another's, each with people of its own, until there are events enough. */
function seed(store: string): number {
  const service = openWriterService({
    store,
    initialModel: defaultModel,
    now: NOW,
    isLimited: false,
  })
  let events = 0
  for (let site = 1; events < EVENTS; site += 1) {
    const { siteKey, writeKey, signingSecret } = newSiteSecrets()
    const facts = { origins: [], needsSignature: false, isGenerated: true, createdAt: NOW }
    service.addSite({ name: `Shop ${site}`, key: siteKey, writeKey, signingSecret, ...facts })
    const people = { visitors: VISITORS_PER_SITE, leads: LEADS_PER_SITE, seed: site }
    let group: RawDelivery[] = []
    const history = { now: NOW, origin: 'https://shop.example', siteKey, ...people }
    for (const { receivedAt, userAgent, ip, body } of generateHistory(history)) {
      events += body.events.length
      const raw = { body: JSON.stringify(body), receivedAt, userAgent, origin: null, address: ip }
      group.push(raw)
      if (group.length < GROUP) continue
      service.ingest(group)
      group = []
    }
    service.ingest(group)
  }
  service.look(NOW)
  service.close()
  return events
}

function elapsed(run: () => void): number {
  const from = performance.now()
  run()
  return performance.now() - from
}

function benchScan(store: string): void {
  const db = openReader(store)
  const parsed = parseModel(defaultModel)
  if (!parsed.ok) throw new Error(parsed.problems.join('; '))
  const ratios: number[] = []
  let scanMs = 0
  let counted = 0
  for (let round = 0; round < SCANS; round += 1) {
    const bareMs = elapsed(() => {
      for (const _ of db.prepare('SELECT * FROM event').raw().iterate());
    })
    // Everything anew in every round: nothing is remembered from the one before.
    const { rules, match } = compileModel(parsed.model, 1)
    const plan = { rules, match, touchOf: createTouchReader(), activity: true }
    const count = createScanner(db, createTexts(db))(plan)
    counted = 0
    scanMs = elapsed(() => {
      for (let page = count(0); page; page = count(page.last)) counted += page.events
    })
    ratios.push(bareMs / scanMs)
  }
  db.close()
  const verdict = median(ratios) >= SCAN_AIM ? 'holds' : 'MISSED'
  print(
    `re-scan for every rule of the model: ${share(median(ratios))} of a bare scan of the event table (aim ${SCAN_AIM}: ${verdict}; rounds ${ratios.map(share).join(' ')}); ${counted} counted events in ${(scanMs / 1000).toFixed(2)} s`,
  )
}

/** The same where it is used: published, counted and written beside the old counts, and made active. */
function benchPublish(store: string): void {
  const service = openWriterService({ store, initialModel: defaultModel, now: NOW })
  const yaml = defaultModel.replace('"/careers*"', '"/careers*", "/work-with-us*"')
  const ms = elapsed(() => {
    service.publishModel({ yaml, note: 'bench', by: 'bench', publishedAt: NOW })
    while (service.work(NOW));
    service.look(NOW)
  })
  service.close()
  print(`a changed matcher published, counted, written and in force: ${(ms / 1000).toFixed(2)} s`)
}

async function benchReads(store: string): Promise<void> {
  const reader = createSqliteReader(store, createMailDomains(free, disposable))
  const timed = async <T>(run: () => Promise<T>) => {
    const from = performance.now()
    const result = await run()
    return { result, ms: performance.now() - from }
  }
  const first = await timed(() => reader.leads({ limit: 50 }, NOW))
  const again = await timed(() => reader.leads({ limit: 50 }, NOW))
  const ids = Array.from({ length: READ }, (_, i) => `ld_${1 + 7 * i}`)
  const times: number[] = []
  for (const id of ids) times.push((await timed(() => reader.score(id, {}, NOW))).ms)
  const verdict = median(times) <= READ_AIM_MS ? 'holds' : 'MISSED'
  print(
    `a score read with its receipt: ${median(times).toFixed(3)} ms (aim ${READ_AIM_MS} ms: ${verdict})`,
  )
  print(
    `the 50 hottest leads as the API lists them: ${again.ms.toFixed(1)} ms; the first time, with all counts loaded, ${first.ms.toFixed(0)} ms`,
  )
  const numbers = await timed(() =>
    reader.simulate(defaultModel.replace('points: 40', 'points: 50'), {}, NOW),
  )
  const matchers = await timed(() =>
    reader.simulate(defaultModel.replace('"/roi*"', '"/roi*", "/demo*"'), {}, NOW),
  )
  print(
    `what-if over ${numbers.result.leads} leads: other numbers ${numbers.ms.toFixed(0)} ms; other pages, ${matchers.result.scanned_events} events scanned, ${matchers.ms.toFixed(0)} ms`,
  )
}

export async function benchRescan(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pique-bench-'))
  try {
    const store = join(directory, 'pique.db')
    const from = performance.now()
    const events = seed(store)
    const tookS = (performance.now() - from) / 1000
    print(`a store of ${events} events, taken in by the pipeline in ${tookS.toFixed(0)} s`)
    benchScan(store)
    await benchReads(store)
    benchPublish(store)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
