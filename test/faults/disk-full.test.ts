import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { WireAnswer } from '../../shared/wire.ts'
import { type RunningCollector, startBuilt } from '../support/collector.ts'
import { compileShim } from '../support/fault-shim.ts'
import { findingsOf, newLedger, post, steadyNow } from '../support/ledger.ts'
import { patchedBuild } from '../support/patched-build.ts'

/**
 * Duty 13: on a disk that fills up, what was acknowledged is stored, people can still read, and
 * writing goes on without a restart once there is room.
 */

const MB = 1024 * 1024
const DISK_MB = 64
/** Where the collector knows them, it stops before the disk is full. */
const FLOOR = ['--min-free', '8', '--ballast', '2']
/** The budget is smaller than any floor: here the disk itself has to say no. */
const NO_FLOOR = ['--min-free', '0', '--ballast', '0']
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Disk {
  readonly directory: string
  readonly env: Record<string, string>
  /** Leaves so many megabytes. */
  fill(leftMb: number): void
  giveBack(): void
}

/** A file system of its own; null where this user may not mount one. */
function mountTmpfs(): Disk | null {
  const directory = mkdtempSync(join(tmpdir(), 'pique-full-'))
  const args = ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', directory]
  if (spawnSync('mount', args).status !== 0) {
    rmSync(directory, { recursive: true })
    return null
  }
  const filler = join(directory, 'filler')
  return {
    directory,
    env: {},
    fill(leftMb) {
      const { bavail, bsize } = statfsSync(directory)
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leftMb * MB)))
    },
    giveBack: () => rmSync(filler),
  }
}

const shim = compileShim()
const [probe] = [mountTmpfs()]
if (probe) unmount(probe.directory)
else console.warn('NOT PROVEN HERE: a full tmpfs needs a user who may mount')
afterAll(() => shim?.remove())

function unmount(directory: string): void {
  execFileSync('umount', ['--lazy', directory]) // a reader of this process may have it open
  rmSync(directory, { recursive: true })
}

/** Writes fail for want of space, though there is some. */
function budgetedDisk(leftMb: number): Disk {
  const directory = mkdtempSync(join(tmpdir(), 'pique-full-'))
  const freeFile = `${directory}-free`
  ends.push(() => rmSync(directory, { recursive: true, force: true }))
  ends.push(() => rmSync(freeFile, { force: true }))
  const store = join(directory, 'pique.db')
  return {
    directory,
    env: shim?.env(store, { fullAfter: leftMb * MB, freeFile }) ?? {},
    fill() {},
    giveBack: () => writeFileSync(freeFile, ''),
  }
}

function hasFloor(): boolean {
  const args = ['dist/pique.js', 'start', '--help']
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return stdout.includes('--min-free') && stdout.includes('--ballast')
}

/** A batch that takes some 50 KB. */
function bigBatch() {
  const at = steadyNow()
  const title = () => Array.from({ length: 12 }, () => randomUUID()).join(' ')
  const url = () => `https://shop.example/${randomUUID()}`
  const events = Array.from({ length: 60 }, () => {
    return { id: randomUUID(), type: 'page_view', at, url: url(), title: title() }
  })
  return { browser: randomUUID(), sentAt: at, human: true, events }
}

async function proveOn(
  disk: Disk,
  leftMb: number,
  { dist = 'dist', floor: wanted = FLOOR }: { dist?: string; floor?: string[] } = {},
): Promise<string> {
  const store = join(disk.directory, 'pique.db')
  const floor = hasFloor()
  const start = (): Promise<RunningCollector> =>
    startBuilt('start', store, floor ? wanted : [], { env: disk.env, dist })
  const collector = await start()
  ends.push(() => collector.stop('SIGKILL'))
  const { data } = await (await collector.api('/sites')).json()
  const agent = new Agent({ keepAlive: true })
  const ledger = newLedger()
  async function send(batch = bigBatch()): Promise<number> {
    ledger.sent.push(batch)
    const body = JSON.stringify({ site: data[0].key, ...batch })
    const answer = await post(agent, collector.url, body)
    if (answer.status !== 202) return answer.status
    const { accepted }: WireAnswer = JSON.parse(answer.body)
    if (accepted !== batch.events.length) ledger.odd.push(answer.body)
    for (const { id } of batch.events) ledger.acked.add(id)
    return 202
  }
  const email = {
    id: randomUUID(),
    type: 'identify',
    at: steadyNow(),
    props: { email: 'a@corp.example' },
  }
  expect(await send({ ...bigBatch(), events: [email] as never })).toBe(202)
  disk.fill(leftMb + (floor ? 8 : 0))

  let refusals = 0
  for (let tries = 0; tries < 250 && refusals < 20; tries += 1) {
    const status = await send()
    if (status === 202) continue
    expect(status).toBe(503)
    refusals += 1
    const leads = await collector.api('/leads')
    expect(leads.status).toBe(200)
    expect((await leads.json()).data).toHaveLength(1)
  }
  expect(refusals, 'answers of 503 while full').toBe(20)
  const ackedBefore = ledger.acked.size
  disk.giveBack()
  await expect.poll(() => send(), { timeout: 15_000 }).toBe(202)
  for (let i = 0; i < 5; i += 1) expect(await send()).toBe(202)
  agent.destroy()
  expect(await collector.stop()).toBe(0)
  expect(await findingsOf(store, ledger)).toEqual([])
  return `full after ${ackedBefore} events, ${ledger.acked.size} acknowledged and stored`
}

test.skipIf(!probe)(`a real tmpfs of ${DISK_MB} MB fills up`, { timeout: 60_000 }, async () => {
  const disk = mountTmpfs()
  if (!disk) return
  ends.push(() => unmount(disk.directory))
  console.info(await proveOn(disk, 6))
})

test.skipIf(!shim)('a disk says that it is full', { timeout: 60_000 }, async () => {
  console.info(await proveOn(budgetedDisk(6), 6, { floor: NO_FLOOR }))
})

test.skipIf(!shim)('a 2xx from memory is found', { timeout: 60_000 }, async () => {
  const { dist, remove } = patchedBuild([
    {
      file: 'writer.js',
      from: 'const full = () => raws.map(() => refusal("disk_full"));',
      to: `const full = () => raws.map(() => {
        return { status: 202, browser: null, body: '{"accepted":60}' }
      });`,
    },
  ])
  ends.push(remove)
  await expect(proveOn(budgetedDisk(4), 4, { dist, floor: NO_FLOOR })).rejects.toThrow(
    'answers of 503 while full',
  )
})
