import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createPlace, startBuilt } from '../support/collector.ts'
import { compileShim, type Shim } from '../support/fault-shim.ts'
import { eventFindings, newLedger, startClients, verifyFindings } from '../support/ledger.ts'
import { type Patch, patchedBuild } from '../support/patched-build.ts'
import { cutPower, type Happened, readJournal } from '../support/power-cut.ts'
import { type Random, randomOf } from '../support/random.ts'
import { IS_LONG, scaled } from '../support/scale.ts'

/**
 * Duty 12: whatever a power cut leaves of a store under load, all that was acknowledged before it is
 * in there. The same run without the flush of every commit loses events, which shows that it would.
 */

const CUTS = scaled(100)
const CLIENTS = 8
const shim = compileShim()
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => shim?.remove())

/** Checkpoints, which are rare, come several times within a short load. */
const OFTEN_CHECKPOINTED: Patch = {
  file: 'writer.js',
  from: 'CHECKPOINT_PAGES = 16e3',
  to: 'CHECKPOINT_PAGES = 300',
}
const FLUSHED_RARELY: readonly Patch[] = [
  {
    file: 'writer.js',
    from: 'db.pragma("synchronous = FULL")',
    to: 'db.pragma("synchronous = NORMAL")',
  },
  { file: 'writer.js', from: 'SYNCHRONOUS_FULL = 2', to: 'SYNCHRONOUS_FULL = 1' },
]

interface Recorded {
  readonly happened: readonly Happened[]
  readonly sent: ReturnType<typeof newLedger>['sent']
  /** Where the journal ended when these were acknowledged: all that made it true is before that. */
  readonly acks: readonly { readonly end: number; readonly ids: readonly string[] }[]
}

/** The calls of a collector under load, stopped and started again in between. */
async function record({ env }: Shim, dist: string, events: number): Promise<Recorded> {
  const { store, remove } = createPlace()
  const beside = createPlace()
  const journal = join(dirname(beside.store), 'journal')
  ends.push(remove, beside.remove)
  const ledger = newLedger()
  const acks: { end: number; ids: string[] }[] = []
  for (const part of [1, 2]) {
    // The ballast holds nothing that could be lost.
    const options = { dist, env: env(store, { journal }) }
    const collector = await startBuilt('start', store, ['--ballast', '0'], options)
    ends.push(() => collector.stop('SIGKILL'))
    const { data } = await (await collector.api('/sites')).json()
    let onEnough = () => {}
    const enough = new Promise<void>((resolve) => {
      onEnough = resolve
    })
    const clients = startClients({
      site: data[0].key,
      url: () => collector.url,
      ledger,
      clients: CLIENTS,
      seed: part,
      onAck(batch) {
        acks.push({ end: statSync(journal).size, ids: batch.events.map(({ id }) => id) })
        if (ledger.acked.size >= (events * part) / 2) onEnough()
      },
    })
    await enough
    await clients.stop()
    expect(await collector.stop()).toBe(0)
  }
  return { happened: readJournal(journal), sent: ledger.sent, acks }
}

/** What is wrong after the power went at this call. */
async function findingsAt(
  cut: number,
  { happened, sent, acks }: Recorded,
  random: Random,
): Promise<string[]> {
  const { store, remove } = createPlace()
  try {
    const before = happened.slice(0, cut)
    const end = before.at(-1)?.end ?? 0
    cutPower(before, dirname(store), random)
    const collector = await startBuilt('start', store)
    const code = await collector.stop()
    const acked = new Set(acks.flatMap((ack) => (ack.end <= end ? ack.ids : [])))
    const ledger = { sent, acked, odd: code === 0 ? [] : [`with exit code ${code}`] }
    return [...eventFindings(store, ledger), ...(await verifyFindings(store))].map(
      (finding) => `cut after call ${cut} of ${happened.length}: ${finding}`,
    )
  } catch (error) {
    return [`cut after call ${cut}: ${error instanceof Error ? error.message : error}`]
  } finally {
    remove()
  }
}

/** Cuts where it hurts: some right after an acknowledgement, some after a flush, some anywhere. */
function cutsOf({ happened, acks }: Recorded, cuts: number, random: Random): number[] {
  const flushes = happened.flatMap(({ kind }, i) => (kind === 's' ? [i, i + 1] : []))
  return Array.from({ length: cuts }, (_, i) => {
    if (i % 3 === 0) return random.int(happened.length + 1)
    if (i % 3 === 1) return random.pick(flushes)
    const { end } = random.pick(acks)
    return happened.findLastIndex((one) => one.end <= end) + 1
  })
}

async function cutAll(recorded: Recorded, cuts: readonly number[], random: Random) {
  const findings: string[] = []
  const left = [...cuts]
  const worker = async () => {
    for (let cut = left.shift(); cut !== undefined; cut = left.shift())
      findings.push(...(await findingsAt(cut, recorded, random)))
  }
  await Promise.all([worker(), worker()])
  return findings
}

const TIMEOUT = { timeout: IS_LONG ? 1_800_000 : 90_000, retry: 0 }

test.skipIf(!shim)(`${CUTS} power cuts lose nothing that was acknowledged`, TIMEOUT, async () => {
  if (!shim) return
  const seed = Date.now()
  const random = randomOf(seed)
  const { dist, remove } = patchedBuild([OFTEN_CHECKPOINTED])
  ends.push(remove)
  const recorded = await record(shim, dist, IS_LONG ? 3_000 : 1_000)
  const flushes = recorded.happened.filter(({ kind }) => kind === 's')
  const ofMain = flushes.filter(({ name }) => name === 'pique.db')
  expect(ofMain.length).toBeGreaterThan(3) // checkpoints took place
  const findings = await cutAll(recorded, cutsOf(recorded, CUTS, random), random)
  expect(findings, `seed ${seed}`).toEqual([])
  console.info(
    `${CUTS} cuts within ${recorded.happened.length} calls, ${flushes.length} of them flushes`,
  )
})

test.skipIf(!shim)('without a flush at every commit, power cuts lose events', TIMEOUT, async () => {
  if (!shim) return
  const random = randomOf(1)
  const { dist, remove } = patchedBuild(FLUSHED_RARELY)
  ends.push(remove)
  const recorded = await record(shim, dist, 300)
  const { happened } = recorded
  const cuts = [0.4, 0.6, 0.8].map((part) => Math.round(part * happened.length))
  const findings = await cutAll(recorded, cuts, random)
  expect(findings.join('\n')).toMatch(/acknowledged and not stored/)
})
