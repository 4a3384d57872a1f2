import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME, defaultModelYaml, eventAt } from '../support/world.ts'

/** `pique requeue`, on a store that nobody runs on and beside a running collector. */

const HELD = 5
const run = promisify(execFile)

let place: ReturnType<typeof createPlace>
let collector: RunningCollector | null = null
beforeEach(() => {
  place = createPlace()
  hold()
})
afterEach(async () => {
  await collector?.stop('SIGKILL')
  collector = null
  place.remove()
})

/** Fills the quarantine through the real limits. */
function hold(): void {
  const now = Date.now() - 60_000
  const { store } = place
  const service = openWriterService({ store, initialModel: defaultModelYaml(), now })
  const secrets = { key: 'shop', writeKey: 'w', signingSecret: 's' }
  const rest = { origins: [], needsSignature: false, isGenerated: false, createdAt: now }
  service.addSite({ name: 'Shop', ...secrets, ...rest })
  for (let i = 0; i < 60 + HELD; i += 1) {
    const events = [eventAt(now, 'identify', { props: { email: `held${i}@x.example` } })]
    const body = JSON.stringify({ site: 'shop', browser: randomUUID(), human: true, events })
    const sender = { userAgent: CHROME, origin: null, address: '203.0.113.9' }
    service.ingest([{ body, receivedAt: now, ...sender }])
  }
  service.close()
}

async function pique(...args: string[]) {
  const ended = await run(process.execPath, [
    'dist/pique.js',
    ...args,
    '--store',
    place.store,
  ]).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }) => ({ code, text: stderr }),
  )
  return [ended.code, ended.text.trim()]
}

test('on a store that nobody runs on the command does it itself', async () => {
  const ofId = await pique('requeue', '--id', 'qu_2')
  expect(ofId).toEqual([0, '1 event taken, 4 events still waiting'])
  const ofOther = await pique('requeue', '--reason', 'TypeError')
  expect(ofOther).toEqual([0, '0 events taken, 4 events still waiting'])
  const ofReason = await pique('requeue', '--reason', 'held_for_review')
  expect(ofReason).toEqual([0, '4 events taken, 0 events still waiting'])
  const [code, said] = await pique('verify')
  expect(code).toBe(0)
  expect(said).toContain('65 leads')
})

test('beside a running collector that one does it, and goes on collecting', async () => {
  collector = await startBuilt('start', place.store)
  expect(await pique('requeue', '--id', 'qu_1')).toEqual([
    0,
    '1 event taken, 4 events still waiting',
  ])
  expect(await pique('requeue')).toEqual([0, '4 events taken, 0 events still waiting'])
  expect((await collector.api('/leads/email:held64@x.example')).status).toBe(200)
  expect((await pique('verify'))[0]).toBe(0)
  expect(await collector.stop()).toBe(0)
})

test('what it can not understand it says, and makes no store of', async () => {
  expect(await pique('requeue', '--id', '7')).toEqual([
    1,
    'pique: --id is "7"; expected one such as qu_1',
  ])
  place.remove()
  const [code, said] = await pique('requeue')
  expect([code, said]).toEqual([1, expect.stringContaining('there is no store at')])
  expect(existsSync(place.store)).toBe(false)
})
