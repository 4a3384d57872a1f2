/**
 * The package as npm packs it: what is in it, that each entry is found with its types, runs in a plain Node
 * and needs no more than the package names. Nothing is installed from the network.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { Webhook } from 'standardwebhooks'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseClaim } from '../../collector/ingest/parse-claim.ts'
import { type Identity, signIdentity } from '../../collector/package/server.ts'
import { type Consumer, installConsumer, packInto } from '../support/consumer.ts'

interface Manifest {
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies: Readonly<Record<string, string>>
}

let consumer: Consumer
let installed: string
let manifest: Manifest
beforeAll(() => {
  consumer = installConsumer()
  installed = join(consumer.directory, 'node_modules/pique')
  manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  consumer.add('react', 'react-dom', '@types/react', ...Object.keys(manifest.dependencies))
})
afterAll(() => consumer.remove())

/** What a module's text prints, run by Node where the package is installed. */
function run(text: string, env: Readonly<Record<string, string>> = {}): string {
  writeFileSync(join(consumer.directory, 'run.mjs'), text)
  const at = { cwd: consumer.directory, encoding: 'utf8', env: { ...process.env, ...env } } as const
  return execFileSync(process.execPath, ['run.mjs'], at).trim()
}

describe('what is packed', () => {
  test('every entry and the command are there, and nothing that is ours alone', () => {
    const named = Object.values(manifest.exports).flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one),
    )
    expect(named.length).toBeGreaterThan(8)
    for (const path of [...named, manifest.bin.pique ?? ''])
      expect(existsSync(join(installed, path)), path).toBe(true)
    const paths = consumer.packed.files.map(({ path }) => path)
    expect(paths).toContain('dist/snippet/pique.js')
    expect(paths).toContain('dist/mcp.js')
    for (const path of paths)
      expect(path).toMatch(/^(dist\/[\w/.-]+\.(js|d\.ts)|README\.md|LICENSE|package\.json)$/)
    expect(
      paths.filter((path) => /\.map$|bench|test|\.tsx?$/.test(path.replace(/\.d\.ts$/, ''))),
    ).toEqual([])
  })

  test('it is the same bytes when it is packed again', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pique-pack-'))
    try {
      expect(packInto(directory).integrity).toBe(consumer.packed.integrity)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test('publint has nothing to say', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false })
    expect(messages).toEqual([])
  })

  test('are-the-types-wrong has nothing to say', () => {
    // The package is of modules alone, as its engines all read them: `require` of it and TypeScript's way of
    // before `exports` are none of its promises.
    const place = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')
    const attw = join(dirname(place), 'dist/index.js')
    const asked = [attw, consumer.archive, '--profile', 'esm-only', '--format', 'json']
    const said = JSON.parse(execFileSync(process.execPath, asked, { encoding: 'utf8' }))
    expect(Object.keys(said.analysis.entrypoints).sort()).toEqual(
      Object.keys(manifest.exports).sort(),
    )
    const ignored = ['node10', 'node16-cjs']
    const problems: { readonly kind: string; readonly resolutionKind?: string }[] =
      said.analysis.problems
    expect(problems.filter(({ resolutionKind = '' }) => !ignored.includes(resolutionKind))).toEqual(
      [],
    )
  })
})

describe('in a plain Node', () => {
  test('the command starts by its name and needs only the packages that it depends on', () => {
    const bin = join(installed, manifest.bin.pique ?? '')
    chmodSync(bin, 0o755) // as npm does for what `bin` names
    expect(execFileSync(bin, ['--help'], { encoding: 'utf8' })).toMatch(/^Usage: pique/)
    expect(execFileSync(bin, ['mcp', '--help'], { encoding: 'utf8' })).toContain('PIQUE_API_KEY')
  })

  test('without its optional package, `pique mcp` says what to install', () => {
    const bin = join(installed, manifest.bin.pique ?? '')
    const env = { ...process.env, PIQUE_API_KEY: 'pq_live_x' }
    let said: unknown
    try {
      execFileSync(process.execPath, [bin, 'mcp'], { env, encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      said = error
    }
    expect(said).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'pique: `pique mcp` needs the package @modelcontextprotocol/sdk, which is optional; type: npm install @modelcontextprotocol/sdk\n',
    })
  })

  test('each entry exports what it promises', () => {
    const said = run(`
      const names = async (path) => Object.keys(await import(path)).sort().join()
      console.log(await names('pique/snippet'), await names('pique/react'))
      console.log(await names('pique/webhooks'), await names('pique/server'))`)
    expect(said.split(/\s/)).toEqual([
      'consent,identify,init,is,page,reset,track',
      'PiqueProvider,usePique',
      'WebhookError,verify',
      'signIdentity',
    ])
  })

  test('a server renders what stands below the provider, and no browser is asked for', () => {
    const said = run(`
      import { createElement as h } from 'react'
      import { renderToString } from 'react-dom/server'
      import { PiqueProvider, usePique } from 'pique/react'
      const Button = () => { usePique().track('rendered'); return h('button', null, 'Buy') }
      const app = h(PiqueProvider, { site: 'KEY', host: 'https://t.example.com' }, h(Button))
      console.log(renderToString(app), 'window' in globalThis, 'pique' in globalThis)`)
    expect(said).toBe('<button>Buy</button> false false')
  })

  test('servers of other kinds: no entry for them imports anything', () => {
    for (const name of ['webhooks', 'server']) {
      const text = readFileSync(join(installed, `dist/package/${name}.js`), 'utf8')
      expect(text).not.toMatch(/^import |require\(|\bBuffer\b|\bprocess\b/m)
    }
  })
})

describe('signing who somebody is', () => {
  const SITE = { key: 'KEY', signingSecret: 'a secret', needsSignature: true }
  const sign = (given: Omit<Identity, 'site' | 'secret'>) =>
    signIdentity({ site: 'KEY', secret: 'a secret', ...given })

  test.each([
    [{ userId: 42 }, { user_id: '42' }],
    [{ email: 'Ada@Example.com ' }, { email: 'ada@example.com' }],
    [
      { userId: 'ann', email: 'ada@example.com' },
      { user_id: 'ann', email: 'ada@example.com' },
    ],
    [{ userId: 'a.b' }, { user_id: 'a.b' }],
  ] as const)('%j is what the collector takes for proven', async (given, props) => {
    const { userId = '', email = '' }: { userId?: number | string; email?: string } = given
    const signature = await sign(given)
    const asSent = { ...props, ...(email && { email }), signature }
    const parsed = parseClaim(asSent, { site: SITE, receivedAt: Date.now(), trusted: null })
    expect(parsed).toMatchObject({ ok: true, refusal: null, claim: { strength: 'strong' } })
    const other = parseClaim(
      { ...asSent, user_id: 'someone' },
      { site: SITE, receivedAt: Date.now(), trusted: null },
    )
    expect(other).toMatchObject({ refusal: 'invalid_signature' })
    const [version, expires] = signature.split('.')
    const text = `${version}.${expires}.KEY.${userId}.${email.trim()}`
    const mac = createHmac('sha256', 'a secret').update(text).digest('base64url')
    expect(signature).toBe(`v1.${expires}.${mac}`)
    const aheadSeconds = Number(expires) - Date.now() / 1000
    expect(aheadSeconds).toBeGreaterThan(3540)
    expect(aheadSeconds).toBeLessThanOrEqual(3600)
  })

  test.each([
    [{}, /`userId`, `email` or both/],
    [{ userId: 'a.b', email: 'ada@example.com' }, /a dot/],
    [{ email: 'nobody' }, /no e-mail/],
    [{ userId: '1', expiresInSeconds: 3601 }, /3601; expected a whole number from 1 to 3600/],
    [{ userId: '1', secret: '' }, /`secret` is missing/],
    [{ userId: '1', site: '' }, /`site` is missing/],
  ])('%j is refused in words', async (given, words) => {
    await expect(sign(given)).rejects.toThrow(words)
  })
})

describe('types', () => {
  const REACT = `
    import { PiqueProvider, type PiqueProviderProps, usePique } from 'pique/react'
    export function App(props: { readonly consent: 'granted' | 'pending' }) {
      const { track, identify, page, consent, reset, is } = usePique()
      track('x', { plan: 'pro' }); identify('42', {}, { signature: 's' }); page(); reset()
      consent('denied'); is('hot', (hot: boolean) => { if (hot) track('y') })
      return <PiqueProvider site="KEY" host="https://t.example.com" consent={props.consent}><b>Hi</b>there</PiqueProvider>
    }
    export const all: PiqueProviderProps = { site: 'K', host: 'h', storage: 'none', children: null }`
  const SERVER = `
    import { type LeadStageChanged, verify, WebhookError, type WebhookErrorCode, type WebhookEvent } from 'pique/webhooks'
    import { signIdentity } from 'pique/server'
    declare const request: { text(): Promise<string>; headers: { get(name: string): string | null } }
    declare const node: { headers: Record<string, string | string[] | undefined> }
    export async function take(): Promise<string> {
      const event: WebhookEvent = await verify(await request.text(), request.headers, 'whsec_x')
      await verify(new Uint8Array(3), node.headers, ['whsec_new', 'whsec_old'], { tolerance: 60, now: 0 })
      const signature: string = await signIdentity({ site: 'K', secret: 's', userId: 42, email: 'a@b.example' })
      if (event.type === 'lead.stage_changed') return event.data.to + event.data.reasons.map(({ milli }) => milli).join()
      if (event.type === 'lead.score_crossed') return event.data.bar.toFixed() + event.data.email
      if (event.type === 'lead.merged') return event.data.merged
      if (event.type === 'pique.test') return event.data.webhook
      return event.type === 'lead.erased' ? event.data.lead + signature : event.data.grade
    }
    export const code = (error: unknown): WebhookErrorCode | null => error instanceof WebhookError ? error.code : null
    export const told = (event: LeadStageChanged): number => event.data.score_milli`
  const WRONG = [
    'import { PiqueProvider } from \'pique/react\'\nexport const a = <PiqueProvider site="K" />',
    'import { PiqueProvider } from \'pique/react\'\nexport const a = <PiqueProvider site="K" host="h" colour="red" />',
    "import { usePique } from 'pique/react'\nusePique().score()",
    "import { verify } from 'pique/webhooks'\nvoid verify({}, {}, 'whsec_x')",
    "import { verify } from 'pique/webhooks'\nvoid verify('', {}, 'whsec_x').then((e) => e.data.sequence)",
    "import { signIdentity } from 'pique/server'\nvoid signIdentity({ site: 'K', userId: '1' })",
  ]

  test.each([
    ['a bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
    ['Node', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  ])(
    'resolved as %s does: right use has no errors, and each wrong one has',
    (_, module, moduleResolution) => {
      writeFileSync(join(consumer.directory, 'package.json'), '{"type":"module"}')
      const options = { module, moduleResolution, jsx: ts.JsxEmit.ReactJSX, skipLibCheck: true }
      const [react, server, ...wrong] = consumer.typeProblems(
        [REACT, SERVER, ...WRONG],
        options,
        'tsx',
      )
      expect(react).toEqual([])
      expect(server).toEqual([])
      expect(WRONG.filter((_, i) => wrong[i]?.length === 0)).toEqual([])
    },
  )
})

describe('what its README shows', () => {
  const blocks = [
    ...readFileSync('collector/package/README.md', 'utf8').matchAll(/```(\w+)\n([\s\S]*?)```/g),
  ].map(([, language = '', text = '']) => ({ language, text }))
  const blockOf = (language: string, part: string) => {
    const found = blocks.find((one) => one.language === language && one.text.includes(part))
    expect(found?.text.trim().split('\n').length ?? 99, part).toBeLessThanOrEqual(10)
    return found?.text ?? ''
  }

  test('a component with the hook has the types it needs', () => {
    const options = {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      jsx: ts.JsxEmit.ReactJSX,
      skipLibCheck: true,
    }
    const text = blockOf('tsx', 'pique/react')
    const wrong = text.replace('site="SITE_KEY"', 'sight="SITE_KEY"')
    const [right, misspelt] = consumer.typeProblems([text, wrong], options, 'tsx')
    expect(right).toEqual([])
    expect(misspelt).not.toEqual([])
  })

  test('a server signs who somebody is', () => {
    const env = { PIQUE_SITE_KEY: 'KEY', PIQUE_SIGNING_SECRET: 'a secret' }
    const props = { user_id: '42', signature: run(blockOf('js', 'pique/server'), env) }
    const site = { key: 'KEY', signingSecret: 'a secret', needsSignature: true }
    expect(parseClaim(props, { site, receivedAt: Date.now(), trusted: null })).toMatchObject({
      ok: true,
      refusal: null,
    })
  })

  test('a receiver takes what is signed and refuses what is changed', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => free.once('listening', done))
    const { port } = free.address() as AddressInfo // it listens on a port
    await new Promise((done) => free.close(done))
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    writeFileSync(join(consumer.directory, 'receiver.mjs'), blockOf('js', 'pique/webhooks'))
    const env = { ...process.env, PORT: String(port), PIQUE_WEBHOOK_SECRET: secret }
    const child = spawn(process.execPath, ['receiver.mjs'], { cwd: consumer.directory, env })
    const ended = new Promise((done) => child.once('exit', done))
    try {
      let printed = ''
      child.stdout.on('data', (chunk) => {
        printed += chunk
      })
      const at = new Date()
      const body = '{"type":"lead.stage_changed","data":{"lead":"ld_7","to":"mql"}}'
      const headers = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
      }
      const post = (body: string) =>
        fetch(`http://127.0.0.1:${port}/hooks/pique`, { method: 'POST', headers, body }).then(
          ({ status }) => status,
          () => null, // it does not listen yet
        )
      await expect.poll(() => post(body), { timeout: 20_000, interval: 50 }).toBe(204)
      expect(await post(body.replace('mql', 'sql'))).toBe(400)
      await expect.poll(() => printed).toBe('ld_7 mql\n')
    } finally {
      child.kill()
      await ended
    }
  })
})
