/**
 * The README's recipes, each as it stands there, by whoever follows it: a shell with the installed `pique`, Node
 * with the installed package, Python, a compiler. Only the collector's address is another.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import vm from 'node:vm'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { type Consumer, installConsumer } from '../support/consumer.ts'
import { CHROME, eventAt } from '../support/world.ts'

const run = promisify(execFile)
const README = readFileSync('README.md', 'utf8')
const SECTION = /<!-- recipes -->([\s\S]*)<!-- \/recipes -->/.exec(README)?.[1] ?? ''
const BLOCKS = [
  ...SECTION.matchAll(
    /\*\*([^*]+?)[.,]?\*\*[^`]*?(?:`[^`\n]+`[^`]*?)*\n\n((?:```\w+\n[\s\S]*?\n```\n*)+)/g,
  ),
].flatMap(([, title = '', blocks = '']) =>
  [...blocks.matchAll(/```(\w+)\n([\s\S]*?)\n```/g)].map(([, language = '', text = '']) => ({
    title,
    language,
    text,
  })),
)

let collector: RunningCollector
let consumer: Consumer
let env: Record<string, string>
const place = createPlace()
const started: ChildProcess[] = []

beforeAll(async () => {
  consumer = installConsumer()
  consumer.add('react', 'react-dom', '@types/react', '@segment/analytics-node')
  consumer.add('@rudderstack/rudder-sdk-node')
  const bin = join(consumer.directory, 'pique')
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${resolve('dist/pique.js')}" "$@"\n`)
  chmodSync(bin, 0o755)
  const allow = { PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8' }
  collector = await startBuilt('start', place.store, [], { env: allow })
  const { data: sites } = await (await collector.api('/sites')).json()
  const key = await collector.api('/keys', post({ name: 'recipes', scopes: ['read'] }))
  const admin = await collector.api(
    '/keys',
    post({ name: 'all', scopes: ['read', 'write', 'admin'] }),
  )
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  env = {
    PATH: `${consumer.directory}:${process.env.PATH}`,
    HOME: consumer.directory,
    PIQUE_STORE: place.store,
    PIQUE_SITE_KEY: sites[0].key,
    PIQUE_SIGNING_SECRET: 'a signing secret',
    PIQUE_API_KEY: (await key.json()).key,
    PIQUE_ADMIN_KEY: (await admin.json()).key,
    HUBSPOT_TOKEN: 'pat-eu1-token',
    SALESFORCE_ID: 'id',
    SALESFORCE_SECRET: 'secret',
    SENDGRID_VERIFICATION_KEY: pair.publicKey
      .export({ type: 'spki', format: 'der' })
      .toString('base64'),
    MAILGUN_SIGNING_KEY: 'a mailgun key',
  }
  writeFileSync(
    join(consumer.directory, 'people.csv'),
    'E-Mail,Name,Company,Job title\nfay@northwind.example,Fay,Northwind,CTO\nnobody,,,\n',
  )
}, 120_000)
afterAll(async () => {
  for (const child of started) child.kill()
  await collector?.stop()
  consumer?.remove()
  place.remove()
})

function post(body: unknown) {
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(body) }
}

/** The block that a recipe has in a language, for this collector. */
function recipe(title: string, language: string): string {
  const found = BLOCKS.filter((one) => one.title === title && one.language === language)
  expect(found.length, `${title} in ${language}`).toBe(1)
  told.add(`${title} ${language}`)
  return (found[0]?.text ?? '').replaceAll('https://t.example.com', collector.url)
}
const told = new Set<string>()

async function shell(title: string): Promise<string> {
  const bash = ['-e', '-o', 'pipefail', '-c', recipe(title, 'sh')]
  const { stdout } = await run('bash', bash, { cwd: consumer.directory, env })
  return stdout
}

async function node(title: string): Promise<string> {
  const file = join(consumer.directory, `${randomUUID()}.mjs`)
  writeFileSync(file, recipe(title, 'js'))
  return (await run(process.execPath, [file], { cwd: consumer.directory, env })).stdout
}

async function rulesOf(lead: string): Promise<(string | undefined)[]> {
  const answer = await collector.api(`/leads/${lead}`)
  const { reasons }: { reasons: { rule?: string }[] } = await answer.json()
  return reasons.map(({ rule }) => rule)
}

describe('each recipe', () => {
  test('has at most ten lines', () => {
    expect(BLOCKS.length).toBeGreaterThan(15)
    for (const { title, text } of BLOCKS) expect(text.split('\n').length, title).toBeLessThan(11)
    expect(SECTION.match(/^```\w/gm)?.length).toBe(BLOCKS.length)
  })

  test('keys are printed', async () => {
    const printed = await shell('Keys')
    expect(printed).toMatch(/pq_live_[\w-]+/)
    const [, writeKey = ''] = /"write_key":"([^"]+)"/.exec(printed) ?? []
    expect(writeKey).not.toBe('')
    env.PIQUE_WRITE_KEY = writeKey
  })

  test('servers send events, with a library or without', async () => {
    await node('Events from your server, with Segment’s library')
    expect(await rulesOf('user:42')).toContain('trial')
    await node('With RudderStack’s')
    await expect.poll(() => rulesOf('user:43')).toContain('hand_raise')
    const verdict = JSON.parse(await shell('Without a library'))
    expect(verdict).toMatchObject({ success: true, accepted: 1, rejected: [] })
    expect(await rulesOf('email:eve@northwind.example')).toContain('trial')
  })

  const hasPython = spawnSync('python3', ['--version']).status === 0
  test.skipIf(!hasPython)('in Python (skipped where there is none)', async () => {
    const text = recipe('Without a library', 'python')
    const { stdout } = await run('python3', ['-c', text], { cwd: consumer.directory, env })
    expect(stdout).toContain('"success":true')
    expect(await rulesOf('user:45')).toContain('trial')
  })

  test('scores are read', async () => {
    const [list, score] = (await shell('Scores in your CRM')).split(/(?<=\})(?=\{)/)
    const { data } = JSON.parse(list ?? '')
    expect(data.map(({ email }: { email: string }) => email)).toContain('dan@northwind.example')
    const { score_milli: total, reasons } = JSON.parse(score ?? '')
    const milli = reasons.reduce((sum: number, one: { milli: number }) => sum + one.milli, 0)
    expect([milli, total > 0]).toEqual([total, true])
  })

  test('a server signs who somebody is', async () => {
    expect(await node('Signing who somebody is')).toMatch(/^v1\.\d+\.[\w-]+\n$/)
  })

  test('React compiles and is bundled', async () => {
    const text = recipe('React', 'tsx')
    const options = { jsx: ts.JsxEmit.ReactJSX, lib: ['lib.es2021.d.ts', 'lib.dom.d.ts'] }
    const strict = { ...options, module: ts.ModuleKind.NodeNext, skipLibCheck: true }
    expect(consumer.typeProblems([text], strict, 'tsx')).toEqual([[]])
  })

  test('changes come in order, as a list and as a stream', async () => {
    const [first = '', second = ''] = recipe('Every change, in order', 'sh').split('\n')
    const bash = (text: string) => run('bash', ['-c', text], { cwd: consumer.directory, env })
    const { data, next_cursor: next } = JSON.parse((await bash(first)).stdout)
    expect(data.length).toBeGreaterThan(4)
    expect(typeof next).toBe('string')
    // It goes on for ever: three seconds of it.
    const stream = await bash(second.replace('curl ', 'curl -m 3 ')).catch((error) => error)
    expect(stream.stdout).toMatch(/^event: ?lead\.stage_changed$/m)
  })

  test('a receiver verifies what webhooks say', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => free.once('listening', done))
    const { port } = free.address() as AddressInfo // of a server that listens
    await new Promise((done) => free.close(done))
    const made = await collector.api('/webhooks', post({ url: `http://127.0.0.1:${port}/` }))
    const { secret } = await made.json()
    const file = join(consumer.directory, 'receiver.mjs')
    writeFileSync(file, recipe('Webhooks', 'js'))
    const receiver = spawn(process.execPath, [file], {
      cwd: consumer.directory,
      env: { ...env, PORT: String(port), PIQUE_WEBHOOK_SECRET: secret },
    })
    started.push(receiver)
    let said = ''
    receiver.stdout.on('data', (chunk) => {
      said += chunk
    })
    const now = Date.now()
    const events = [
      eventAt(now, 'identify', { props: { email: 'gil@northwind.example' } }),
      eventAt(now, 'request_demo'),
    ]
    const batch = {
      site: env.PIQUE_SITE_KEY,
      browser: randomUUID(),
      human: true,
      sentAt: now,
      events,
    }
    const answer = await fetch(`${collector.url}/e`, {
      method: 'POST',
      headers: { 'user-agent': CHROME },
      body: JSON.stringify(batch),
    })
    expect(answer.status).toBe(202)
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/^ld_\d+ mql$/m)
  })

  test('links and intakes are made', async () => {
    const printed = await shell('E-mails')
    expect(printed).toMatch(/https:\/\/shop\.example\/pricing\?\S*utm_pique=/)
    expect(printed.match(/\/hooks\/\S+/g)?.length).toBe(3)
  })

  test('everything goes out, and comes in again', async () => {
    await shell('Taking everything out')
    const there = (name: string) => existsSync(join(consumer.directory, name))
    expect(['events.ndjson', 'leads.csv', 'scores.parquet'].filter(there)).toHaveLength(3)
    await shell('Bringing things in')
    expect(readFileSync(join(consumer.directory, 'skipped.csv'), 'utf8')).toContain('nobody')
    const out = ['export', 'leads', '--store', 'other.db']
    const { stdout } = await run('pique', out, { cwd: consumer.directory, env })
    const emails = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).email)
    expect(emails).toEqual(
      expect.arrayContaining(['fay@northwind.example', 'cara@northwind.example']),
    )
  })

  test('a page asks whether its visitor is hot', () => {
    const [, script = ''] =
      /<script>([\s\S]*)<\/script>/.exec(recipe('A page for hot visitors', 'html')) ?? []
    const toggled: unknown[] = []
    const documentElement = { toggleAttribute: (...said: unknown[]) => toggled.push(said) }
    const context: Record<string, unknown> = { document: { documentElement } }
    context.window = context
    vm.runInNewContext(script, context)
    const { q = [] } = context.pique as { q?: IArguments[] } // the stub of the tag
    const [call, audience, callback] = [...(q[0] ?? [])]
    expect([call, audience]).toEqual(['is', 'hot'])
    callback(true)
    expect(toggled).toEqual([['data-hot', true]])
  })

  test('an assistant finds its tools', async () => {
    const { pique } = JSON.parse(recipe('An assistant', 'json')).mcpServers
    const client = new Client({ name: 'recipes', version: '1' })
    const at = { command: join(consumer.directory, pique.command), args: pique.args }
    await client.connect(new StdioClientTransport({ ...at, env: { ...env } }))
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('hot_leads')
    await client.close()
  })

  // Without a collector beside them, which would go and talk to Slack and HubSpot.
  test('chats and CRMs are added', async () => {
    await collector.stop()
    expect(await shell('Slack, and any other chat')).toContain('slack')
    expect(await shell('HubSpot and Salesforce')).toMatch(/hubspot[\s\S]*salesforce/)
  })

  test('is run by one of these', () => {
    const all = BLOCKS.map(({ title, language }) => `${title} ${language}`)
    expect(all.filter((one) => !told.has(one) && !(one.endsWith('python') && !hasPython))).toEqual(
      [],
    )
  })
})
