import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, copyFileSync, openSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openWriterService, type WriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import type { ModelJson, ModelVersionJson, WhatIfJson } from '../../collector/store/shapes.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME, defaultModelYaml, eventAt } from '../support/world.ts'

/** `pique model` as its users run it: the built program on a store of its own, alone or beside a collector. */

const LEADS = 25
const HOUR_MS = 3_600_000
const SHOP = 'https://shop.example'
const base = defaultModelYaml()
const place = { store: '', remove() {} }
let collector: RunningCollector | null = null

/** Filled once, and copied for each test. */
const seeded = createPlace()
beforeAll(() => seed(seeded.store))
afterAll(() => seeded.remove())
beforeEach(() => {
  Object.assign(place, createPlace())
  copyFileSync(seeded.store, place.store)
  copyFileSync(`${seeded.store}-instance`, `${place.store}-instance`)
})
afterEach(async () => {
  await collector?.stop('SIGKILL')
  collector = null
  place.remove()
})

/** Leads that read prices, each a page more than the one before. */
function seed(store: string): void {
  const now = Date.now()
  const service = openWriterService({ store, initialModel: base, now: now - 48 * HOUR_MS })
  const secrets = { key: 'shop', writeKey: 'w', signingSecret: 's' }
  const rest = { origins: [], needsSignature: false, isGenerated: false, createdAt: now }
  service.addSite({ name: 'Shop', ...secrets, ...rest })
  for (let i = 0; i < LEADS; i += 1) {
    const at = now - HOUR_MS
    collect(service, i, [
      ...Array.from({ length: 1 + (i % 10) }, () => eventAt(at, 'page_view', { url: `${SHOP}/` })),
      eventAt(at, 'page_view', { url: `${SHOP}/pricing` }),
      eventAt(at, 'identify', { url: `${SHOP}/`, props: { email: emailOf(i) } }),
    ])
  }
  service.close()
}

const emailOf = (person: number) => `person${person}@corp.example`

/** What a person's browser sends, received right then. */
function collect(service: WriterService, person: number, events: readonly WireEvent[]): void {
  const browser = `0192f3a4-0000-7d8e-9f01-${String(person).padStart(12, '0')}`
  const body = JSON.stringify({ site: 'shop', browser, human: true, events })
  const receivedAt = (events[0]?.at ?? 0) + 1000
  const from = { userAgent: CHROME, origin: null, address: '192.0.2.1', bot: null }
  service.ingest([{ body, receivedAt, ...from }])
}

/** Runs `pique model …` on the store. */
function model(args: readonly string[], input = '') {
  const all = ['dist/pique.js', 'model', ...args, '--store', place.store]
  const { status, stdout, stderr } = spawnSync(process.execPath, all, {
    encoding: 'utf8',
    timeout: 30_000,
    input,
  })
  return { status, stdout, stderr }
}

/** Runs it and expects that it succeeds; what it printed. */
function done(...args: string[]): string {
  const { status, stdout, stderr } = model(args)
  expect(status, stderr).toBe(0)
  return stdout
}

function file(yaml: string, name = 'model.yaml'): string {
  const path = join(dirname(place.store), name)
  writeFileSync(path, yaml)
  return path
}

function changed(from: string, to: string): string {
  expect(base).toContain(from)
  return base.replace(from, to)
}
/** The same counts, read otherwise: everybody who read two pages or more is an MQL. */
const easy = () =>
  changed(
    'mql: { enter: 100, exit: 60, dwell_days: 14, cool_down_days: 30, min_fit: C, min_active_days: 2 }',
    'mql: { enter: 5, exit: 3, min_fit: D, min_active_days: 1 }',
  )
/** Other events count. */
const other = () => changed('key: ["/pricing*", ', 'key: ["/nothing", ')
const versions = (): ModelVersionJson[] => JSON.parse(done('history', '--json'))

describe('check', () => {
  test('counts the rules of a good file, from a path or stdin', () => {
    const parsed = parseModel(base)
    if (!parsed.ok) throw new Error('the default model is wrong')
    const { rules, fit } = parsed.model
    const counts = `fine: ${rules.length} rules, ${fit.rules.length} fit rules\n`
    const path = file(base)
    expect(model(['check', path])).toEqual({ status: 0, stdout: `${path}: ${counts}`, stderr: '' })
    expect(model(['check', '-'], base)).toEqual({
      status: 0,
      stdout: `stdin: ${counts}`,
      stderr: '',
    })
  })

  test('needs no store', () => {
    place.store = join(dirname(place.store), 'none.db')
    expect(done('check', file(base))).toContain('fine')
  })

  test('says all that is wrong, each with its line', () => {
    const line = 1 + base.split('\n').findIndex((text) => text.includes('id: page_view'))
    const path = file(
      base.replace('half_life_days: 14', 'half_life: 14').replace('min_fit: C', 'min_fit: E'),
    )
    const { status, stdout, stderr } = model(['check', path])
    expect([status, stdout]).toEqual([1, ''])
    const lines = stderr.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(1)
    for (const said of lines) expect(said).toMatch(/^\/.*model\.yaml: line \d+: /)
    expect(stderr).toContain(`${path}: line ${line}: `)
  })

  test('warns of what is hardly meant', () => {
    const path = file(changed('on: add_to_cart,', 'on: addtocart,'))
    const { status, stdout } = model(['check', path])
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /fine: .*\n.*model\.yaml: warning: line \d+: .*did you mean `add_to_cart`\?/,
    )
  })

  test('takes a file that begins with a byte order mark', () => {
    const path = file(`\uFEFF${base}`)
    expect(model(['check', path]).stderr).toBe('')
    expect(model(['check', '-'], `\uFEFF${base}`).stderr).toBe('')
    expect(done('publish', file(`\uFEFF${easy()}`), '--note', 'x')).toContain('is active')
    expect(versions()[0]).toMatchObject({ version: 2, name: 'Default' })
  })

  test('reads no further than a model may be long', () => {
    const said = 'the model is longer than 262144 bytes (256 KiB); make it shorter\n'
    const long = file('#'.repeat(256 * 1024 + 1))
    const refused = { status: 1, stdout: '' }
    expect(model(['check', long])).toEqual({ ...refused, stderr: `${long}: ${said}` })
    expect(model(['check', '/dev/zero'])).toEqual({ ...refused, stderr: `/dev/zero: ${said}` })
    const zero = openSync('/dev/zero', 'r')
    const endless = spawnSync(process.execPath, ['dist/pique.js', 'model', 'check', '-'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: [zero, 'pipe', 'pipe'],
    })
    closeSync(zero)
    expect([endless.status, endless.stderr]).toEqual([1, `stdin: ${said}`])
    expect(model(['check', file('#'.repeat(256 * 1024))]).stderr).toContain('the file is empty')
  })

  test.each([
    ['nothing.yaml', 'there is no such file'],
    ['.', 'it is a directory; name a file in it'],
    ['model.yaml/deeper', 'a part of the path is no directory'],
  ])('says why %s can not be read', (name, why) => {
    const path = join(dirname(file(base)), name)
    const { status, stdout, stderr } = model(['check', path])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(`${path}: can't be read: ${why}`)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('show', () => {
  test('prints the file that scores, or a version of it, as text or JSON', () => {
    expect(done('show')).toBe(`${base.trimEnd()}\n`)
    done('publish', file(easy()), '--note', 'try')
    expect(done('show')).toBe(`${easy().trimEnd()}\n`)
    expect(done('show', '--version', '1')).toBe(`${base.trimEnd()}\n`)
    const shown: ModelJson = JSON.parse(done('show', '--json'))
    expect(shown).toMatchObject({ version: 2, state: 'active', note: 'try', yaml: easy() })
  })

  test.each([
    ['9', 'pique: there is no version 9; `pique model history` lists them\n'],
    ['latest', 'pique: "latest" is no version; expected a number, such as 1\n'],
  ])('knows no version %s', (version, stderr) => {
    expect(model(['show', '--version', version])).toEqual({ status: 1, stdout: '', stderr })
  })
})

describe('simulate', () => {
  test('says for people who is gained, how scores spread, and that nothing was read', () => {
    const { status, stdout, stderr } = model(['simulate', file(easy())])
    expect([status, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('25 leads, by score: as it is, and as it would be')
    expect(lines[1]).toMatch(/^ {4}0–9 +\d+ /)
    expect(stdout).toMatch(/^ {2}10–19 +\d+ █+ +\d+ █+$/m)
    expect(stdout).toMatch(/^ {3}100\+ +0 +0$/m)
    expect(stdout).toMatch(/^ {2}qualified +0 → +25$/m)
    expect(stdout).toMatch(/^ {2}median score +\d+\.\d → +\d+\.\d$/m)
    expect(stdout).toContain('\n25 leads would become MQLs:\n')
    expect(stdout.match(/person\d+@corp\.example +\d+\.\d → +\d+\.\d$/gm)).toHaveLength(20)
    expect(stdout).toContain('\n  … and 5 more\n')
    expect(stdout).toContain('\nno leads would stop being MQLs\n')
    expect(stdout).toContain('No rule gives other points.')
    expect(stdout).not.toMatch(/precision|had to be read/)
    expect(versions()).toHaveLength(1)
  })

  test('says which rules move, and that events were read for it', () => {
    const stdout = done('simulate', file(other()))
    expect(stdout).toMatch(/^ {2}pricing_view +\d+\.\d → +0\.0 points, 25 → +0 leads$/m)
    expect(stdout).toMatch(/\n\d+ events had to be read: the rules count others than before\.\n$/)
  })

  test('measures against what sales judged', () => {
    const service = openWriterService({ store: place.store, initialModel: base, now: Date.now() })
    const at = Date.now()
    const said = { value: null, currency: null, reason: null, by: 'test', at, recordedAt: at }
    service.addOutcome({ lead: 1, type: 'qualify_lead', ...said })
    service.addOutcome({ lead: 2, type: 'disqualify_lead', ...said })
    service.close()
    const stdout = done('simulate', file(easy()))
    expect(stdout).toMatch(/^ {2}recall +0 % → +\d+ %$/m)
    expect(stdout).toContain('  precision and recall are over 2 leads that sales judged\n')
  })

  test('prints nothing but JSON when asked for it', () => {
    const path = file(changed('on: add_to_cart,', 'on: addtocart,'))
    const { status, stdout, stderr } = model(['simulate', path, '--json'])
    expect(status).toBe(0)
    const whatIf: WhatIfJson = JSON.parse(stdout)
    expect(whatIf).toMatchObject({ leads: LEADS, gained_total: 0 })
    expect(stderr).toContain('warning: line')
  })

  test('needs a right file and a store', () => {
    const wrong = model(['simulate', file('name: x')])
    expect([wrong.status, wrong.stdout]).toEqual([1, ''])
    place.store = join(dirname(place.store), 'none.db')
    const { status, stderr } = model(['simulate', file(base)])
    expect([status, stderr]).toEqual([
      1,
      `pique: there is no store at ${place.store}; name it with --store\n`,
    ])
  })
})

const mail = createMailDomains('', '')

describe('what-ifs of one process', () => {
  test('run one after another, and one that fails holds up none', async () => {
    const reader = createSqliteReader(place.store, mail)
    const ended: string[] = []
    const run = (name: string, yaml: string) =>
      reader.simulate(yaml, {}, Date.now()).then(
        () => ended.push(name),
        () => ended.push(`${name} failed`),
      )
    await Promise.all([run('scanned', other()), run('wrong', 'wrong'), run('quick', easy())])
    expect(ended).toEqual(['scanned', 'wrong failed', 'quick'])
  })

  test('let others read, and nobody is moved by what comes in meanwhile', async () => {
    const low = changed('enter: 100, exit: 60', 'enter: 30, exit: 20').replace(
      'min_fit: C, min_active_days: 2',
      'min_fit: D, min_active_days: 1',
    )
    const now = Date.now()
    const service = openWriterService({ store: place.store, initialModel: base, now })
    service.publishModel({ yaml: low, note: 'x', by: 'test', publishedAt: now })
    const reader = createSqliteReader(place.store, mail)
    await reader.leads({}, now)
    let isOver = false
    const simulated = reader.simulate(`${low}\n`, {}, now).finally(() => {
      isOver = true
    })
    let raised = 0
    while (!isOver) {
      const carts = [1, 2, 3].map(() => eventAt(now, 'add_to_cart', { url: `${SHOP}/` }))
      collect(service, raised, carts)
      const lead = await reader.lead(`email:${emailOf(raised)}`, {}, now)
      expect(lead).toMatchObject({ value: { stage: 'mql' } })
      raised += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    service.close()
    expect(raised).toBeGreaterThan(3)
    expect(await simulated).toMatchObject({ gained: [], lost: [], rules: [], leads: LEADS })
  })

  test('tell the scores to come, also where rules of the draft alone take points', async () => {
    const own =
      '{ id: own, label: Own, on: page_view, where: { path: /pricing }, points: -13, half_life_days: 7 }'
    const yaml = easy().replace('rules:\n', `rules:\n  - ${own}\n`)
    const reader = createSqliteReader(place.store, mail)
    const whatIf = await reader.simulate(yaml, {}, Date.now())
    expect(whatIf.scanned_events).toBeGreaterThan(0)
    done('publish', file(yaml), '--note', 'x')
    const leads = await reader.leads({ limit: LEADS }, Date.now())
    if (leads.kind !== 'found') throw new Error(leads.kind)
    const scores = new Map(leads.value.data.map(({ id, score_milli }) => [id, score_milli]))
    expect(whatIf.gained_total).toBeGreaterThan(0)
    expect(whatIf.gained_total).toBeLessThan(LEADS)
    for (const { id, after_milli } of whatIf.gained) expect(after_milli).toBe(scores.get(id))
    expect(whatIf.rules).toMatchObject([{ rule: 'own', after_leads: LEADS }])
    const sorted = [...scores.values()].sort((a, b) => a - b)
    expect(whatIf.after.median_milli).toBe(sorted[Math.ceil(LEADS / 2) - 1])
  })

  test('read the file of a version once', async () => {
    const reader = createSqliteReader(place.store, mail)
    expect(await reader.modelVersions()).toMatchObject([{ name: 'Default' }])
    const db = new Database(place.store)
    db.exec("UPDATE model SET yaml = 'no model'") // which nobody does: versions never change
    db.close()
    expect(await reader.modelVersions()).toMatchObject([{ name: 'Default' }])
  })
})

describe('publish', () => {
  test('asks for a note, and says what for', () => {
    for (const [flag, found] of [
      [[], 'missing'],
      [['--note', ' '], 'empty'],
    ] as const) {
      const { status, stdout, stderr } = model(['publish', file(easy()), ...flag])
      expect([status, stdout]).toEqual([1, ''])
      expect(stderr).toContain(`pique: --note is ${found}; say why the model changes`)
    }
    expect(versions()).toHaveLength(1)
  })

  test('other numbers score at once', () => {
    const stdout = done('publish', file(easy()), '--note', ' Ask\nmore people ')
    expect(stdout).toBe(
      '25 leads would become MQLs, none would stop being one\nversion 2 is active\n',
    )
    expect(versions()).toMatchObject([
      { version: 2, state: 'active', note: 'Ask more people', by: userInfo().username },
      { version: 1, state: 'retired' },
    ])
  })

  test('another matcher is counted here, with a word on how far', () => {
    const { status, stdout, stderr } = model(['publish', file(other()), '--note', 'Moved prices'])
    expect([status, stdout]).toEqual([
      0,
      'no leads would become MQLs, none would stop being one\nversion 2 is active\n',
    ])
    expect(stderr).toMatch(/^(counted [\d,]+ of [\d,]+ events\n)+$/)
    const simulated: WhatIfJson = JSON.parse(done('simulate', file(base), '--json'))
    expect(simulated.rules.find(({ rule }) => rule === 'pricing_view')).toMatchObject({
      before_milli: 0,
      after_leads: LEADS,
    })
    const verified = spawnSync(process.execPath, [
      'dist/pique.js',
      'verify',
      '--store',
      place.store,
    ])
    expect([verified.status, String(verified.stdout)]).toEqual([
      0,
      expect.stringContaining('No difference'),
    ])
  })

  test('with --json prints nothing else', () => {
    const published = JSON.parse(done('publish', file(easy()), '--note', 'x', '--json'))
    expect(published).toMatchObject({ version: 2, state: 'active', warnings: [] })
    expect(published.what_if).toMatchObject({ gained_total: LEADS, lost_total: 0, lost: [] })
  })

  test('refuses the same again, a wrong file, and a wait that is none', () => {
    const same = model(['publish', file(`${base}\n`), '--note', 'x'])
    expect([same.status, same.stderr]).toEqual([
      1,
      'pique: this is version 1 as it stands; nothing was published\n',
    ])
    expect(model(['publish', file('rules: 1'), '--note', 'x']).status).toBe(1)
    const wait = model(['publish', file(easy()), '--note', 'x', '--wait', 'long'])
    expect([wait.status, wait.stderr]).toEqual([
      1,
      'pique: --wait is "long"; expected a number of seconds, such as 60, or 0\n',
    ])
    expect(versions()).toHaveLength(1)
  })
})

describe('rollback', () => {
  test('goes back to the version that scored before, or to a named one', () => {
    done('publish', file(easy()), '--note', 'try')
    expect(done('rollback')).toBe(
      'no leads would become MQLs, 25 would stop being one\nversion 3 is active\n',
    )
    done('rollback', '2', '--note', 'It was right')
    expect(versions().map(({ note }) => note)).toEqual([
      'It was right',
      'Back to version 1',
      'try',
      expect.any(String),
    ])
    expect(done('show')).toBe(`${easy().trimEnd()}\n`)
  })

  test('passes over what never scored, and over twins of the newest', () => {
    done('publish', file(easy()), '--note', 'B')
    const db = new Database(place.store)
    const add = db.prepare(
      'INSERT INTO model (yaml, note, author, published_at) VALUES (?, ?, ?, 0)',
    )
    add.run(other(), 'C', 'test') // published, and another one before it could score
    db.close()
    done('publish', file(easy()), '--note', 'B again')
    expect(versions().map(({ active_at }) => active_at !== null)).toEqual([true, false, true, true])
    expect(done('rollback')).toContain('version 5 is active')
    expect(versions()[0]).toMatchObject({ note: 'Back to version 1' })
    expect(done('show')).toBe(`${base.trimEnd()}\n`)
  })

  test('needs a version that was', () => {
    expect(model(['rollback']).stderr).toBe(
      'pique: there is one version only, and none to go back to\n',
    )
    expect(model(['rollback', '7']).stderr).toContain('there is no version 7')
  })
})

test('a store that is a directory: what `start` says of it', () => {
  const path = file(base)
  place.store = dirname(place.store)
  const stderr = `pique: the store ${place.store} is a directory; name a file, such as --store ${place.store}/pique.db\n`
  for (const args of [
    ['show'],
    ['history'],
    ['simulate', path],
    ['publish', path, '--note', 'x'],
    ['rollback'],
  ]) {
    expect(model(args)).toEqual({ status: 1, stdout: '', stderr })
  }
})

test('history is a table', () => {
  done('publish', file(easy()), '--note', 'try')
  const [head, second, first] = done('history').split('\n')
  expect(head).toMatch(/^ {2}version state +published \(UTC\) +active since +by +note$/)
  const minute = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d'
  expect(second).toMatch(new RegExp(`^ {8}2 active +${minute} +${minute} +\\S+ +try$`))
  expect(first).toMatch(new RegExp(`^ {8}1 retired +${minute} +${minute} +- +\\S`))
})

describe('beside a running collector', () => {
  const run = promisify(execFile)
  const start = async () => {
    collector = await startBuilt('start', place.store)
    return collector
  }
  /** Something to collect: with it the collector looks at what others changed. */
  const poke = (url: string) => {
    const events = [eventAt(Date.now(), 'page_view', { url: `${SHOP}/` })]
    const body = JSON.stringify({ site: 'shop', browser: randomUUID(), events })
    return fetch(`${url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
  }

  test('everything reads, and publishing hands over', async () => {
    const { url, api } = await start()
    expect(done('show')).toBe(`${base.trimEnd()}\n`)
    expect(done('simulate', file(easy()))).toContain('25 leads would become MQLs')
    const stdout = done('publish', file(other()), '--note', 'x', '--wait', '0')
    expect(stdout).toContain(
      '\nversion 2 is published; the collector counts events for it and switches over when done (pique model history shows it)\n',
    )
    await poke(url)
    await expect
      .poll(async () => (await (await api('/model')).json()).version, { timeout: 20_000 })
      .toBe(2)
    expect(versions()).toMatchObject([{ state: 'active' }, { state: 'retired' }])
  })

  test('publishing waits until the collector has taken over', async () => {
    const { url } = await start()
    const args = ['model', 'rollback', '1', '--store', place.store, '--wait', '25']
    done('publish', file(other()), '--note', 'x', '--wait', '0')
    let isOver = false
    const publishing = run(process.execPath, ['dist/pique.js', ...args]).finally(() => {
      isOver = true
    })
    while (!isOver) await poke(url)
    expect((await publishing).stdout).toMatch(/\nversion 3 is active\n$/)
  })
})
