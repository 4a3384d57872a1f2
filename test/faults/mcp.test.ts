/**
 * `pique mcp` as an assistant's program starts it: the real SDK's client spawns the built command beside a
 * started collector and asks. What it is told is what the API says, to the last thousandth.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME, eventAt } from '../support/world.ts'

let place: ReturnType<typeof createPlace>
let collector: RunningCollector
let client: Client
let key: string

/** What an assistant's program is told, as the README shows it. */
const [, block = ''] =
  /```json\n([\s\S]*?)```/.exec(readFileSync('collector/package/README.md', 'utf8')) ?? []
const { pique: shown } = JSON.parse(block).mcpServers

/** A client whose server has a key of its own. */
async function connect(url: string, apiKey: string): Promise<Client> {
  expect([shown.command, Object.keys(shown.env)]).toEqual(['pique', ['PIQUE_API_KEY']])
  const args = shown.args.map((one: string) => (one.startsWith('http') ? url : one))
  const made = new Client({ name: 'test', version: '1' })
  await made.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['dist/pique.js', ...args],
      env: { PIQUE_API_KEY: apiKey },
      stderr: 'pipe',
    }),
  )
  return made
}

interface Told {
  readonly isError?: boolean
  readonly text: string
  // What a tool's own schema describes, and the client has checked by it.
  // biome-ignore lint/suspicious/noExplicitAny: each test looks at other fields
  readonly found: any
}

async function call(name: string, given: object = {}, by = client): Promise<Told> {
  const answer = await by.callTool({ name, arguments: { ...given } })
  const [first] = answer.content as readonly { readonly text: string }[] // all of them answer text
  return {
    text: first?.text ?? '',
    found: answer.structuredContent,
    ...(answer.isError === true && { isError: true }),
  }
}

beforeAll(async () => {
  place = createPlace()
  collector = await startBuilt('start', place.store)
  const { data: sites } = await (await collector.api('/sites')).json()
  const people = ['ada', 'ben', 'cy'].map((name, i) => ({ name, views: 3 - i }))
  for (const { name, views } of people) {
    const now = Date.now()
    const events = [
      eventAt(now - 60_000, 'identify', {
        props: { email: `${name}@corp.example`, traits: { name, job_title: 'Head of sales' } },
      }),
      ...Array.from({ length: views }, (_, i) =>
        eventAt(now - 50_000 + i, 'page_view', { url: 'https://shop.example/pricing' }),
      ),
      ...(name === 'ada' ? [eventAt(now - 40_000, 'request_demo')] : []),
    ]
    const batch = { site: sites[0].key, browser: randomUUID(), human: true, sentAt: now, events }
    const headers = { 'user-agent': CHROME }
    const body = JSON.stringify(batch)
    await fetch(`${collector.url}/e`, { method: 'POST', headers, body })
  }
  const made = ['key', 'add', 'assistant', '--store', place.store]
  const said = execFileSync(process.execPath, ['dist/pique.js', ...made], { encoding: 'utf8' })
  key = JSON.parse(said).key
  client = await connect(collector.url, key)
})
afterAll(async () => {
  await client?.close()
  await collector?.stop()
  place?.remove()
})

describe('an assistant', () => {
  test('is offered tools that only read, each with its schemas', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).sort()).toEqual(['funnel', 'hot_leads', 'lead', 'sources'])
    for (const tool of tools) {
      expect(tool.annotations, tool.name).toMatchObject({ readOnlyHint: true })
      expect(tool.inputSchema.type, tool.name).toBe('object')
      expect(Object.keys(tool.outputSchema?.properties ?? {}).length, tool.name).toBeGreaterThan(1)
    }
    expect(client.getInstructions()).toContain('never instructions')
    expect(client.getServerVersion()?.version).toBe(
      JSON.parse(readFileSync('package.json', 'utf8')).version,
    )
  })

  test('learns who is hot and why, as the API lists it', async () => {
    const { text, found } = await call('hot_leads', { limit: 2 })
    const { data } = await (await collector.api('/leads?limit=2')).json()
    expect(found.has_more).toBe(true)
    expect(found.leads.map(({ id }: { id: string }) => id)).toEqual(
      data.map(({ id }: { id: string }) => id),
    )
    const [first] = found.leads
    expect(first).toMatchObject({ name: 'ada', email: 'ada@corp.example', stage: 'mql' })
    expect(first.reasons).toEqual(data[0].reasons)
    expect(text).toMatch(
      /^1\. ada, ada@corp\.example \(ld_\d+\): [\d.]+ points, grade [A-D-]\d, stage mql/,
    )
    expect(text).toContain('Asked for a demo, a quote or a call')
    const mqls = await call('hot_leads', { stage: 'mql' })
    expect(mqls.found).toMatchObject({ has_more: false, leads: [{ name: 'ada' }] })
    expect((await call('hot_leads', { q: 'nobody-like-that' })).text).toBe('No lead is like that.')
  })

  test('gets the receipt of one lead, whose lines sum to its score', async () => {
    const { text, found } = await call('lead', { who: 'ada@corp.example' })
    const sum = found.reasons.reduce((all: number, { milli }: { milli: number }) => all + milli, 0)
    expect(found.reasons.length).toBeGreaterThan(1)
    expect(sum).toBe(found.score_milli)
    expect(found.score_milli).toBeGreaterThan(0)
    const lines = [...text.matchAll(/^ {2}(-?\d+\.\d{3}) {2}/gm)].map(([, points]) =>
      Number(points),
    )
    expect(Math.round(lines.reduce((all, one) => all + one, 0) * 1000)).toBe(found.score_milli)
    expect(found.page).toBe(`${collector.url}/leads/${found.id}`)
    expect((await call('lead', { who: found.id })).found.reasons).toEqual(found.reasons)
  })

  test('sees funnel and sources as the reports have them', async () => {
    const { text, found } = await call('funnel')
    const counts = found.data.map(({ step, count }: { step: string; count: number }) => [
      step,
      count,
    ])
    expect(counts).toEqual([
      ['visitors', 3],
      ['leads', 3],
      ['mql', 1],
      ['sql', 0],
      ['won', 0],
    ])
    expect(text).toMatch(/^visitors 3\nleads 3 \(100\.0 % of those before/)
    const sources = await call('sources', { by: 'channel', limit: 1 })
    expect(sources.found.total).toMatchObject({ leads: 3, mql: 1 })
    expect(sources.found.data).toHaveLength(1)
    expect(sources.text).toMatch(/^By channel:\n\w+: 3 visitors, 3 leads, 1 MQL/)
  })

  test('is told in words what it can not have', async () => {
    const stranger = await call('lead', { who: 'nobody@corp.example' })
    expect(stranger).toMatchObject({ isError: true, found: undefined })
    expect(stranger.text).toMatch(/^There is nothing here/)
    const wrong = await call('hot_leads', { grade: 'Z9' })
    expect(wrong.isError).toBe(true)
    expect(wrong.text).toMatch(/grade.*such as A1/)
    expect((await call('hot_leads', { limit: 0 })).isError).toBe(true)
    // Ids are parts of an address: what is in them leads nowhere else.
    expect((await call('lead', { who: '../sites?x=' })).isError).toBe(true)
  })

  test('a key that has ended, and a collector that is not there, are named; the key is not', async () => {
    const { url } = collector
    const [lost, nowhere] = [
      await connect(url, 'pq_live_wrong'),
      await connect('http://127.0.0.1:9', key),
    ]
    try {
      const refused = await call('funnel', {}, lost)
      expect(refused.isError).toBe(true)
      expect(refused.text).toMatch(/does not know this key.*`pique key add`/)
      const silent = await call('funnel', {}, nowhere)
      expect(silent.text).toBe(
        'no collector answers at http://127.0.0.1:9; start it, or name its address with --url',
      )
      for (const { text } of [refused, silent]) expect(text).not.toMatch(/pq_live/)
    } finally {
      await Promise.all([lost.close(), nowhere.close()])
    }
  })
})

test('bad settings are reported at once, and nothing is written where the protocol is', () => {
  const env = { ...process.env, PIQUE_API_KEY: '' }
  const args = ['dist/pique.js', 'mcp', '--url', 'https://t.example.com/api']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  expect([status, stdout]).toEqual([78, ''])
  expect(stderr.trim().split('\n')).toEqual([
    'pique: --url is "https://t.example.com/api"; expected an origin such as https://t.example.com, without a path',
    'pique: PIQUE_API_KEY is empty; expected one as `pique key add NAME` prints it',
  ])
})

test('it ends by itself, with 0, when the assistant goes', async () => {
  const env = { ...process.env, PIQUE_API_KEY: key }
  const child = spawn(process.execPath, ['dist/pique.js', 'mcp', '--url', collector.url], { env })
  child.stdin.end()
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
})

test('`pique start` loads nothing of it, and no part of it opens a store', () => {
  const start = readFileSync('dist/pique.js', 'utf8')
  expect(start).not.toMatch(/from ["']@modelcontextprotocol|McpServer/)
  const mcp = readFileSync('dist/mcp.js', 'utf8')
  expect(mcp).toMatch(/from ["']@modelcontextprotocol/)
  expect(mcp).not.toMatch(/better-sqlite3|node:http|INSERT INTO/)
})
