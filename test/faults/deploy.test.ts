/**
 * What stands in `collector/deploy`, as far as it runs here: the image's layout and command, the unit's command
 * and environment, the proxies before a started collector, and the drill that brings a copy back.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXIT_BAD_SETTINGS, readConfig } from '../../collector/config.ts'
import { EXIT_STORE_DAMAGED } from '../../collector/store/trouble.ts'
import { type RunningCollector, startBuilt } from '../support/collector.ts'
import { waitFor } from '../support/tag-collector.ts'
import { CHROME, eventAt } from '../support/world.ts'

const DEPLOY = 'collector/deploy'
const ENDS: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})

function makePlace(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pique-deploy-'))
  ENDS.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const textOf = (name: string) => readFileSync(join(DEPLOY, name), 'utf8')
const isHere = (program: string) =>
  (process.env.PATH ?? '').split(delimiter).some((place) => existsSync(join(place, program)))

interface Started {
  readonly url: string
  readonly port: string
  readonly stop: () => Promise<number | null>
}

type Env = Readonly<Record<string, string>>

/** Starts exactly this command, with this environment and no other but where programs are. */
async function start(command: readonly string[], env: Env, cwd: string): Promise<Started> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, ...env } })
  ENDS.push(() => child.kill('SIGKILL'))
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  const ready = await new Promise<string>((found, fail) => {
    let out = ''
    let err = ''
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.stdout.on('data', (chunk) => {
      out += chunk
      const line = out.split('\n').find((one) => one.startsWith('{"ready":true'))
      if (line) found(line)
    })
    child.once('exit', (code) => fail(new Error(`it ended with ${code}: ${err}`)))
  })
  const { url }: { readonly url: string } = JSON.parse(ready)
  return {
    url,
    port: new URL(url).port,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

describe('the image', () => {
  /** Instructions with what they are given; lines that go on are none here. */
  const instructions = textOf('Dockerfile')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
  const given = (name: string) => instructions.filter(([one]) => one === name).map(([, to]) => to)
  const last = given('FROM').length - 1
  const lastStage = instructions.slice(
    instructions.findIndex(([name, to]) => name === 'FROM' && to === given('FROM')[last]),
  )
  const env = Object.fromEntries(
    lastStage
      .filter(([name]) => name === 'ENV')
      .flatMap(([, to]) => to.split(' ').map((one) => one.split(/=(.*)/s) as [string, string])), // each has a =
  )

  const tracked = () => execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n')
  const sources = given('COPY')
    .filter((to) => !to.startsWith('--from='))
    .flatMap((to) => to.split(' ').slice(0, -1))

  test('copies what a clean clone has, and the build is told of', () => {
    const told = textOf('Dockerfile.dockerignore').split('\n')
    expect(sources.length).toBeGreaterThan(8)
    for (const source of new Set(sources)) {
      const isThere = tracked().some((path) => path === source || path.startsWith(`${source}/`))
      expect(isThere, `${source} is not in a clean clone`).toBe(true)
      expect(told, `${source} never reaches the build`).toContain(`!${source}`)
    }
    // What is built in one stage and taken into another.
    const taken = given('COPY').filter((to) => to.startsWith('--from='))
    expect(taken.map((to) => to.split(' ')[1])).toEqual(['/app/node_modules', '/app/dist'])
  })

  test('is pinned to a Node, runs as nobody important, keeps its store, and stops in good order', () => {
    const nodes = given('FROM').map((to) => /^node:(\d+)-bookworm(-slim)?( AS \w+)?$/.exec(to)?.[1])
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(new Set(nodes).size).toBe(1)
    expect(Number(nodes[0])).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]))
    expect(given('USER')).toEqual(['node'])
    expect(given('VOLUME')).toEqual([dirname(env.PIQUE_STORE ?? '')])
    expect(given('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(given('RUN').some((one) => one.startsWith('npm ci --omit=dev'))).toBe(true)
  })

  test('laid out by hand, its command starts, is healthy, and drains', async () => {
    const place = makePlace()
    const [clone, app] = [join(place, 'clone'), join(place, 'app')]
    // What the first stage copies of a clean clone is enough to build it.
    for (const path of tracked()) {
      const isCopied = sources.some((one) => path === one || path.startsWith(`${one}/`))
      if (isCopied) cpSync(path, join(clone, path))
    }
    symlinkSync(resolve('node_modules'), join(clone, 'node_modules'))
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    const prune = given('RUN').find((one) => one.includes('dist/bench')) ?? ''
    for (const line of [scripts.build, prune])
      execFileSync('sh', ['-c', line], { cwd: clone, stdio: 'pipe' })
    expect(existsSync(join(clone, 'dist/pique.js.map'))).toBe(false)
    mkdirSync(app)
    renameSync(join(clone, 'dist'), join(app, 'dist'))
    for (const name of ['package.json', 'README.md', 'LICENSE']) cpSync(name, join(app, name))
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const name of Object.keys(dependencies)) {
      const to = join(app, 'node_modules', name)
      mkdirSync(dirname(to), { recursive: true })
      symlinkSync(resolve('node_modules', name), to)
    }
    mkdirSync(join(place, 'data'), { mode: 0o700 })
    const { services } = parse(textOf('compose.yaml'))
    const asked = {
      ...env,
      ...services.pique.environment,
      PIQUE_STORE: join(place, 'data/pique.db'),
      // Of this machine alone, and a port that is free.
      PIQUE_HOST: '127.0.0.1',
      PIQUE_PORT: '0',
    }
    const [command] = given('CMD')
    const running = await start(JSON.parse(command ?? ''), asked, app)
    const [, check] = given('HEALTHCHECK')[0]?.split(' CMD ') ?? []
    const [program = '', ...args]: string[] = JSON.parse(check ?? '')
    const health = () =>
      spawnSync(program, args, { env: { ...process.env, PIQUE_PORT: running.port } })
    expect(health().status).toBe(0)
    expect(await running.stop()).toBe(0)
    expect(health().status).toBe(1)
    expect(existsSync(join(place, 'data/pique.db'))).toBe(true)
  })

  test('the settings of image and compose file are settings, and right', () => {
    const { services, networks } = parse(textOf('compose.yaml'))
    const read = readConfig({ flags: {}, env: { ...env, ...services.pique.environment } })
    expect(read).toMatchObject({ ok: true })
    expect([networks.inside.ipam.config[0].subnet]).toEqual(
      read.ok ? read.config.trustedProxies : [],
    )
    for (const volume of services.pique.volumes) expect(volume).toMatch(/:\/data$/)
  })

  test.skip('is built and run by Docker: no daemon runs here', () => {})
})

describe('the unit', () => {
  const lines = textOf('pique.service').split('\n')
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1))

  test('systemd finds nothing wrong with it, and little to attack', (context) => {
    if (!isHere('systemd-analyze')) return context.skip('systemd-analyze is not here')
    const place = makePlace()
    const unit = join(place, 'pique.service')
    // It looks whether the program is there, and whether the user is.
    const asHere = textOf('pique.service')
      .replace('/usr/bin/node', process.execPath)
      .replace(/^(User|Group)=pique$/gm, '$1=daemon')
    writeFileSync(unit, asHere)
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
      encoding: 'utf8',
    })
    expect(verified.stderr.split('\n').filter((line) => line.includes('pique.service'))).toEqual([])
    expect(verified.status).toBe(0)
    const asked = ['security', '--offline=true', '--threshold=25', '--no-pager', unit]
    const judged = spawnSync('systemd-analyze', asked, { encoding: 'utf8' })
    expect(judged.status, judged.stdout.split('\n').at(-2)).toBe(0)
  })

  test('its command with its environment serves, and ends with 0 on its signal', async () => {
    const place = makePlace()
    const env = Object.fromEntries(
      all('Environment').flatMap(
        (line) => line.split(' ').map((one) => one.split(/=(.*)/s) as [string, string]), // each has a =
      ),
    )
    const [exec = ''] = all('ExecStart')
    const command = exec
      .replace('/usr/bin/node', process.execPath)
      .replace('/opt/pique', process.cwd())
      .split(' ')
    const asHere: Env = {
      ...env,
      PIQUE_STORE: env.PIQUE_STORE?.replace('/var/lib', place) ?? '',
      // As /etc/pique/pique.env may say.
      PIQUE_PORT: '0',
    }
    const cwd = all('WorkingDirectory')[0]?.replace('/opt/pique', process.cwd()) ?? ''
    expect(all('KillSignal')).toEqual(['SIGTERM'])
    expect(env.PIQUE_STORE).toBe(`/var/lib/${all('StateDirectory')[0]}/pique.db`)
    const running = await start(command, asHere, cwd)
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200)
    expect(await running.stop()).toBe(0)

    // What it is not started again after: the codes that it really ends with.
    const never = all('RestartPreventExitStatus')[0]?.split(' ').map(Number) ?? []
    const endsWith = (env: Env) => {
      const [program = '', ...args] = command
      return spawnSync(program, args, { env: { PATH: process.env.PATH, ...env } }).status ?? -1
    }
    expect(never).toContain(endsWith({ ...asHere, PIQUE_PORT: 'eighty' }))
    rmSync(asHere.PIQUE_STORE ?? '')
    expect(never).toContain(endsWith(asHere)) // the marker says that there was a store
    expect(never).toEqual([EXIT_STORE_DAMAGED, 72, EXIT_BAD_SETTINGS])
    expect(all('Restart')).toEqual(['always'])
  })

  test.skip('runs inside its walls: no systemd runs here', () => {})
})

describe('a proxy on the site’s own domain', () => {
  const TAG = { 'user-agent': CHROME, 'content-type': 'text/plain' }

  interface Answer {
    readonly status: number
    readonly type: string
    readonly cookies: readonly string[]
    readonly body: string
  }
  type Send = (host: string, path: string, post?: string) => Promise<Answer>

  const sendTo =
    (port: number, scheme: 'http' | 'https'): Send =>
    (host, path, post) =>
      new Promise((done, fail) => {
        const request = scheme === 'https' ? requestHttps : requestHttp
        const headers = { ...TAG, host, origin: `${scheme}://www.example.com` }
        const method = post === undefined ? 'GET' : 'POST'
        const to = { port, path, method, headers, servername: host, rejectUnauthorized: false }
        const sent = request({ host: '127.0.0.1', ...to }, async (answer: IncomingMessage) => {
          let body = ''
          for await (const chunk of answer) body += chunk
          done({
            status: answer.statusCode ?? 0,
            type: String(answer.headers['content-type']),
            cookies: answer.headers['set-cookie'] ?? [],
            body,
          })
        })
        sent.once('error', fail)
        sent.end(post)
      })

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as AddressInfo // it listens on a port
    await new Promise((done) => server.close(done))
    return port
  }

  async function collectorBehind(place: string, scheme: string): Promise<RunningCollector> {
    const env = {
      PIQUE_TRUSTED_PROXIES: '127.0.0.1/32',
      PIQUE_PUBLIC_URL: `${scheme}://t.example.com`,
    }
    const collector = await startBuilt('start', join(place, 'pique.db'), [], { env })
    ENDS.push(() => collector.stop('SIGKILL'))
    return collector
  }

  function run(program: string, args: readonly string[], env: Env = {}) {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk
      })
    const ended = new Promise((done) => child.once('exit', done))
    ENDS.push(() => {
      child.kill('SIGTERM')
      return ended
    })
    return () => said
  }

  /** Waits until it listens, and then demands of it what a site needs. */
  async function judge(send: Send, collector: RunningCollector, said: () => string): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const status = await send('t.example.com', '/healthz').then(
        ({ status }) => status,
        () => 0,
      )
      if (status === 200) break
      if (tries > 200) throw new Error(`the proxy does not answer: ${status} ${said()}`)
      await new Promise((done) => setTimeout(done, 25))
    }
    const { data: sites } = await (await collector.api('/sites')).json()
    const event = () => [
      eventAt(Date.now() - 1000, 'page_view', { url: 'https://www.example.com/' }),
    ]
    const batch = (browser: string) =>
      JSON.stringify({ site: sites[0].key, browser, human: true, events: event() })
    for (const host of ['t.example.com', 'www.example.com']) {
      const browser = randomUUID()
      const taken = await send(host, '/e', batch(browser))
      expect([taken.status, JSON.parse(taken.body).accepted], host).toEqual([202, 1])
      // First-party: the browser's cookie is renewed for the whole site.
      expect(taken.cookies.join(), host).toMatch(new RegExp(`^_pq=${browser}; Domain=example.com;`))
      for (const path of ['/pique.js', '/pique-is.js']) {
        const tag = await send(host, path)
        expect([tag.status, tag.type], `${host}${path}`).toEqual([
          200,
          expect.stringContaining('javascript'),
        ])
      }
    }
    // The site's own address hands on what the tag needs; nobody reaches the collector's own pages by it.
    for (const path of [
      '/login',
      '/api/v1/leads',
      '/openapi.json',
      '/readyz',
      '/pique.js/x',
      '/ex',
    ])
      expect((await send('www.example.com', path)).status, path).toBe(404)
    expect((await send('t.example.com', '/login')).status).toBe(200)
    // A proxy on the same machine is not the machine itself.
    expect((await send('t.example.com', '/metrics')).status).toBe(401)
    // The collector says by itself what is too large.
    const large = await send('t.example.com', '/e', 'x'.repeat(2_000_000))
    expect([large.status, JSON.parse(large.body).code]).toEqual([413, 'body_too_large'])
  }

  test('nginx', async (context) => {
    if (!isHere('nginx')) return context.skip('nginx is not here; run this file where it is')
    const place = makePlace()
    const collector = await collectorBehind(place, 'https')
    const [tls, plain] = [await freePort(), await freePort()]
    const [certificate, key] = [join(place, 'cert.pem'), join(place, 'key.pem')]
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=x']
    execFileSync('openssl', [...made, '-out', certificate, '-keyout', key], { stdio: 'ignore' })
    const asHere = textOf('nginx.conf')
      .replaceAll('listen 443', `listen 127.0.0.1:${tls}`)
      .replace('listen 80', `listen 127.0.0.1:${plain}`)
      .replaceAll(/\/etc\/letsencrypt\S+fullchain\.pem/g, certificate)
      .replaceAll(/\/etc\/letsencrypt\S+privkey\.pem/g, key)
      .replace('127.0.0.1:8787', new URL(collector.url).host)
    writeFileSync(join(place, 'pique.conf'), asHere)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${place}/${name};`,
    )
    writeFileSync(
      join(place, 'nginx.conf'),
      `user ${userInfo().username} ${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}; daemon off; pid ${place}/pid; error_log stderr;
      events {} http { ${temporary.join(' ')} access_log off; include ${place}/pique.conf; }`,
    )
    const args = ['-p', place, '-e', join(place, 'error.log'), '-c', join(place, 'nginx.conf')]
    const checked = spawnSync('nginx', ['-t', ...args], { encoding: 'utf8' })
    expect(checked.status, checked.stderr).toBe(0)
    await judge(sendTo(tls, 'https'), collector, run('nginx', args))
    expect((await sendTo(plain, 'http')('t.example.com', '/')).status).toBe(301)
  })

  test('Caddy', async (context) => {
    if (!isHere('caddy')) return context.skip('Caddy is not here; run this file where it is')
    const place = makePlace()
    const collector = await collectorBehind(place, 'http')
    const port = await freePort()
    const file = join(place, 'Caddyfile')
    const sites = textOf('Caddyfile').replaceAll(/^(\w+\.example\.com) \{/gm, `http://$1:${port} {`)
    writeFileSync(file, `{\n\tadmin off\n\tauto_https off\n}\n${sites}`)
    const args = ['--adapter', 'caddyfile', '--config', file]
    const env = {
      PIQUE_UPSTREAM: new URL(collector.url).host,
      XDG_DATA_HOME: place,
      XDG_CONFIG_HOME: place,
    }
    // The file as it is, with names and certificates: that it is right, not that it gets them.
    const asIs = ['validate', '--adapter', 'caddyfile', '--config', join(DEPLOY, 'Caddyfile')]
    const checked = spawnSync('caddy', asIs, { env: { ...process.env, ...env }, encoding: 'utf8' })
    expect(checked.status, checked.stderr).toBe(0)
    await judge(sendTo(port, 'http'), collector, run('caddy', ['run', ...args], env))
  })
})

describe('a copy that runs behind', () => {
  async function collectorIn(place: string) {
    const store = join(place, 'pique.db')
    const collector = await startBuilt('start', store)
    ENDS.push(() => collector.stop('SIGKILL'))
    const { data: sites } = await (await collector.api('/sites')).json()
    const { key } = sites[0]
    return { collector, store, send: (email: string) => identify(collector, key, email) }
  }

  async function identify({ url }: RunningCollector, site: string, email: string): Promise<number> {
    const now = Date.now()
    const events = [
      eventAt(now - 2000, 'identify', { props: { email } }),
      eventAt(now - 1000, 'page_view', { url: 'https://shop.example/pricing' }),
    ]
    const body = JSON.stringify({ site, browser: randomUUID(), human: true, sentAt: now, events })
    const headers = { 'user-agent': CHROME }
    return (await fetch(`${url}/e`, { method: 'POST', headers, body })).status
  }

  const eventsIn = (file: string) => {
    const db = new Database(file, { readonly: true })
    try {
      return Number(db.prepare('SELECT count(*) FROM event').pluck().get())
    } finally {
      db.close()
    }
  }

  /** Brings a copy to where `to` says; as Litestream does it, or by SQLite where that is not here. */
  async function copyOf(store: string, place: string): Promise<(to: string) => Promise<void>> {
    if (!isHere('litestream')) {
      const db = new Database(store, { readonly: true })
      ENDS.push(() => db.close())
      return async (to) => void (await db.backup(to))
    }
    const replica = `file://${place}/replica`
    const child = spawn('litestream', ['replicate', store, replica], { stdio: 'ignore' })
    const ended = new Promise((done) => child.once('exit', done))
    ENDS.push(() => {
      child.kill('SIGKILL')
      return ended
    })
    return async (to) => {
      for (const end = Date.now() + 20_000; ; ) {
        rmSync(to, { force: true })
        spawnSync('litestream', ['restore', '-o', to, replica], { stdio: 'ignore' })
        if (existsSync(to) && eventsIn(to) === eventsIn(store)) break
        if (Date.now() > end) throw new Error('Litestream has not caught up')
        await new Promise((done) => setTimeout(done, 200))
      }
      child.kill('SIGTERM')
      await ended
    }
  }

  test('events are taken while a reader holds the log, what was erased goes when it lets go, and the drill brings the rest back', async () => {
    const place = makePlace()
    const safe = makePlace()
    const { collector, store, send } = await collectorIn(place)
    // As Litestream does, which lets go for moments alone.
    const email = `erase-me-${randomUUID()}@corp.example`
    const reader = new Database(store, { readonly: true })
    ENDS.push(() => reader.close())
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM lead').pluck().get()
    expect(await send(email)).toBe(202)
    const who = encodeURIComponent(`email:${email}`)
    expect((await collector.api(`/leads/${who}`, { method: 'DELETE' })).status).toBeLessThan(300)
    const holds = (suffix: string) => readFileSync(`${store}${suffix}`).includes(email)
    expect(holds('-wal')).toBe(true)
    expect(await send('other@corp.example')).toBe(202)
    reader.exec('COMMIT')
    await waitFor(
      () => !['', '-wal'].some(holds),
      () => 'the log to be emptied',
    )
    expect(await send('third@corp.example')).toBe(202)
    reader.close()

    const bring = await copyOf(store, safe)
    for (let i = 0; i < 10; i++) expect(await send(`p${i}@corp.example`)).toBe(202)
    cpSync(`${store}-instance`, join(safe, 'pique.db-instance'))
    await bring(join(place, 'copy.db'))
    const before = await (await collector.api('/leads?limit=100')).json()
    expect(before.data).toHaveLength(12)
    await collector.stop('SIGKILL')
    // What was there since the copy is gone with the disk, but for the store's name.
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${store}${suffix}`, { force: true })

    const block = /The drill[\s\S]*?```sh\n([\s\S]*?)```/.exec(textOf('README.md'))?.[1] ?? ''
    const drill = block.trim().split('\n')
    expect(drill.filter((line) => /^(systemctl|litestream) /.test(line))).toHaveLength(3)
    let ran = 0
    for (const line of drill) {
      if (/^(systemctl|litestream) /.test(line)) continue
      const here = line
        .replaceAll('/var/lib/pique', place)
        .replaceAll('/SAFE', safe)
        .replace(/^pique /, `${process.execPath} dist/pique.js `)
      const done = spawnSync('sh', ['-c', here], { encoding: 'utf8' })
      expect(done.status, `${line}\n${done.stderr}`).toBe(0)
      if (line.startsWith('pique verify'))
        expect(done.stdout).toMatch(/^No difference: replayed 24 events/)
      ran += 1
    }
    expect(ran).toBe(4)
    const again = await startBuilt('start', store)
    ENDS.push(() => again.stop('SIGKILL'))
    const after = await (await again.api('/leads?limit=100')).json()
    const shown = ({ data }: { data: readonly { id: string; score_milli: number }[] }) =>
      data.map(({ id, score_milli }) => [id, score_milli]).sort()
    expect(shown(after)).toEqual(shown(before))
    expect(readdirSync(place).filter((name) => name.startsWith('copy'))).toEqual([])
    expect(await again.stop()).toBe(0)
  })

  test('Litestream’s file names the store where the unit keeps it, and keeps no copy longer than salts', () => {
    const { dbs, snapshot } = parse(textOf('litestream.yml'))
    expect(textOf('pique.service')).toContain(`PIQUE_STORE=${dbs[0].path}\n`)
    const hoursOf = (text: string) => Number(/^(\d+)h$/.exec(text)?.[1])
    expect(hoursOf(snapshot.interval) + hoursOf(snapshot.retention)).toBeLessThanOrEqual(48)
    expect(dbs[0]['truncate-page-n']).toBe(0)
  })
})
