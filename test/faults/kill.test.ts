import { afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { findingsOf, type Ledger, newLedger, startClients } from '../support/ledger.ts'
import { type Patch, patchedBuild } from '../support/patched-build.ts'
import { randomOf } from '../support/random.ts'
import { IS_LONG } from '../support/scale.ts'

/**
 * Duty 11: kills at random moments under retrying clients lose nothing that was acknowledged, keep
 * nothing that was never sent, and leave every score exact. The same run finds the three bugs that
 * such a collector may have.
 */

const CLIENTS = 50
const ENDS: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})

interface Killed {
  readonly store: string
  readonly ledger: Ledger
  readonly last: RunningCollector
}

/** Kills a collector under load so many times, and lets the clients end their work with the next one. */
async function killUnderLoad(kills: number, dist = 'dist'): Promise<Killed> {
  const place = createPlace()
  const ledger = newLedger()
  const random = randomOf(Date.now())
  let collector = await startBuilt('start', place.store, [], { dist })
  ENDS.push(place.remove, () => collector.stop('SIGKILL'))
  const { data } = await (await collector.api('/sites')).json()
  let heardAck = () => {}
  const clients = startClients({
    site: data[0].key,
    url: () => collector.url,
    ledger,
    clients: CLIENTS,
    onAck: () => heardAck(),
  })
  ENDS.push(() => clients.abandon())
  for (let kill = 0; kill < kills; kill += 1) {
    // Some commits after the start, and anywhere within what follows.
    let acks = random.int(CLIENTS * 2)
    await new Promise<void>((resolve) => {
      heardAck = () => {
        if (acks-- === 0) resolve()
      }
    })
    if (random.next() < 0.5) await new Promise((resolve) => setTimeout(resolve, random.int(30)))
    await collector.stop('SIGKILL')
    collector = await startBuilt('start', place.store, [], { dist })
  }
  await clients.stop()
  return { store: place.store, ledger, last: collector }
}

/** Less than a tenth in the everyday run, where each costs 0.6 s. */
const KILLS = IS_LONG ? 500 : 15

test(`${KILLS} kills under ${CLIENTS} clients: nothing lost, no phantom, every score exact`, {
  timeout: IS_LONG ? 3_600_000 : 120_000,
  retry: 0,
}, async () => {
  const { store, ledger, last } = await killUnderLoad(KILLS)
  const ready = await (await fetch(`${last.url}/readyz`)).text()
  expect(ready).toMatch(/"journal_mode":"wal"/)
  expect(ready).toMatch(/"synchronous":2/)
  expect(await last.stop()).toBe(0)
  expect(await findingsOf(store, ledger)).toEqual([])
  expect(ledger.acked.size).toBeGreaterThan(KILLS * 50)
  console.info(`${KILLS} kills, ${ledger.acked.size} events acknowledged and stored once`)
})

const BUGS: readonly (readonly [string, Patch, RegExp])[] = [
  [
    'an answer before the commit',
    {
      file: 'writer.js',
      from: 'const answers = commit(raws);',
      to: `const answers = raws.map(({ body }) => ({ status: 202, browser: null, body: JSON.stringify(
        { accepted: JSON.parse(body).events.length, duplicates: 0, ignored: 0, rejected: [] }) }));
      setTimeout(() => commit(raws), 20);`,
    },
    /acknowledged and not stored/,
  ],
  [
    'counts in a second transaction',
    {
      file: 'writer.js',
      from: 'writeBuckets(changes);',
      to: 'setTimeout(() => db.transaction(() => writeBuckets(changes)).immediate(), 20);',
    },
    /verify|a replay/,
  ],
  [
    'no look for duplicates',
    {
      file: 'writer.js',
      from: 'const stored = group.now.stored(scope, event.id);',
      to: 'const stored = undefined;',
    },
    /stored twice/,
  ],
]

test.each(BUGS)('%s is found by few kills', { timeout: 60_000 }, async (_, patch, expected) => {
  const { dist, remove } = patchedBuild([patch])
  ENDS.push(remove)
  const { store, ledger, last } = await killUnderLoad(4, dist)
  await last.stop()
  expect((await findingsOf(store, ledger)).join('\n')).toMatch(expected)
})
