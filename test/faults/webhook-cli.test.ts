import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { createPlace, startBuilt } from '../support/collector.ts'
import { startReceiver } from '../support/receiver.ts'
import { CHROME, eventAt } from '../support/world.ts'

/** `pique webhook` beside a running collector, which heeds it within a second. */

const ENV = { PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8' }
const ENDS: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})

test('adds, lists, replays and revokes', { timeout: 120_000 }, async () => {
  const place = createPlace()
  const receiver = await startReceiver()
  const collector = await startBuilt('start', place.store, [], { env: ENV })
  ENDS.push(place.remove, receiver.close, () => collector.stop('SIGKILL'))
  const pique = async (...args: readonly string[]) => {
    const all = ['dist/pique.js', 'webhook', ...args, '--store', place.store]
    const child = spawn(process.execPath, all, { env: { ...process.env, ...ENV } })
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    return (out + err).trim()
  }
  const until = async (isDone: () => boolean | Promise<boolean>) => {
    while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const made = JSON.parse(await pique('add', receiver.url, '--event', 'lead.identified'))
  expect(made).toMatchObject({ id: 'wh_1', secret: expect.stringMatching(/^whsec_/) })
  expect(JSON.parse(await pique('list'))).toMatchObject({ id: 'wh_1', state: 'on' })
  expect(await pique('add', 'http://10.0.0.1/')).toMatch(/^pique: the address is not https/)
  const refused = await Promise.all([
    pique('add', receiver.url, '--format', 'template'),
    pique('add', receiver.url, '--format', 'template', '--template', '{{nope}}'),
    pique('replay', 'wh_1', '--since', 'soon'),
    pique('replay', 'wh_9'),
  ])
  expect(refused).toEqual([
    'pique: --template is missing; expected the text',
    expect.stringMatching(/^pique: --template has {{nope}}, which is no field/),
    'pique: --since is "soon"; expected a day (2026-11-21) or an ISO 8601 instant',
    'pique: there is no webhook wh_9; `pique webhook list` shows them',
  ])

  const { data: sites } = await (await collector.api('/sites')).json()
  const meet = async (email: string) => {
    const events = [eventAt(Date.now(), 'identify', { props: { email } })]
    const batch = { site: sites[0].key, browser: randomUUID(), human: true, events }
    const init = { method: 'POST', body: JSON.stringify(batch), headers: { 'user-agent': CHROME } }
    expect((await fetch(`${collector.url}/e`, init)).status).toBe(202)
  }
  await meet('ann@corp.example')
  await until(() => receiver.received.length === 1)
  const sent = async () => JSON.parse(await pique('deliveries', 'wh_1'))
  await until(async () => (await sent()).state === 'delivered')
  expect(await pique('replay', 'wh_1', '--until', '2020-01-01')).toBe('0 to be sent again')
  expect(await pique('replay', 'wh_1', 'me_1')).toBe('me_1 is to be sent again')
  await until(() => receiver.received.length === 2)
  expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)

  // To people: their address is a secret, and shown to nobody again.
  const slack = JSON.parse(await pique('add', receiver.url, '--format', 'slack', '--personal'))
  expect(slack).toMatchObject({ id: 'wh_2', format: 'slack', url: expect.stringMatching(/…$/) })
  expect(await pique('list')).not.toContain('/hook","format":"slack"')
  expect(await pique('test', 'wh_2')).toMatch(/^me_\d+ is to be sent$/)
  await until(() => receiver.received.length === 3)
  expect(receiver.received[2]?.body).toMatch(/^{"text":"This is a test from Pique/)
  expect(receiver.received[2]?.body).toContain(`<${collector.url}/leads/`)
  expect(collector.logs()).not.toContain(receiver.url)

  expect(await pique('revoke', 'wh_1')).toBe('revoked wh_1')
  await meet('bob@corp.example')
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(receiver.received).toHaveLength(3)
  expect(await pique('revoke', 'wh_1')).toMatch(/there is no webhook wh_1/)
})
