import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTouchReader } from '../../collector/attribution/touch-reader.ts'
import { foldGroup } from '../../collector/ingest/fold.ts'
import type { CompiledModel } from '../../collector/scoring/match.ts'
import { openSqliteStore } from '../../collector/store/sqlite/store.ts'
import type { Delivery, NewEvent, NewSite, WriteStore } from '../../collector/store/store.ts'
import { defaultModel } from '../support/world.ts'

/** What every store promises to what writes into it. An adapter is added by one line. */
const ADAPTERS: readonly (readonly [string, (path: string) => WriteStore])[] = [
  ['sqlite', (path) => openSqliteStore(path, 'alone')],
]

const AT = Date.UTC(2026, 3, 1, 12)
const SITE: NewSite = {
  name: 'Shop',
  key: 'pk_shop',
  writeKey: 'wk',
  signingSecret: 'sk',
  origins: ['https://shop.example'],
  needsSignature: false,
  isGenerated: false,
  createdAt: AT,
}

const hex = () => randomUUID().replaceAll('-', '')

function view(id: string, rest: Partial<NewEvent> = {}): NewEvent {
  return {
    id,
    external: null,
    isServer: false,
    type: 'page_view',
    at: AT,
    session: null,
    human: true,
    bot: null,
    url: 'https://shop.example/',
    referrer: null,
    title: 'Shop',
    view: null,
    viewAt: null,
    engagedMs: null,
    scroll: null,
    props: null,
    claim: null,
    index: 0,
    refusal: null,
    ...rest,
  }
}

describe.each(ADAPTERS)('%s', (_, open) => {
  let directory: string
  let store: WriteStore
  let model: CompiledModel
  const touchOf = createTouchReader()

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pique-store-'))
    store = open(join(directory, 'store.db'))
    store.addSite(SITE)
    model = defaultModel(store.models.ruleRef)
  })
  afterEach(() => {
    store.close()
    rmSync(directory, { recursive: true })
  })

  function reopen(): void {
    store.close()
    store = open(join(directory, 'store.db'))
  }

  function apply(...deliveries: Partial<Delivery>[]) {
    const full = deliveries.map((one) => ({
      site: 1,
      browserKey: 'a'.repeat(32),
      external: null,
      isCookieless: false,
      receivedAt: AT + 5,
      skewMs: null,
      human: true,
      device: 'Chrome on Linux',
      events: [],
      ...one,
    }))
    const counts = store.apply((transaction) => {
      const decision = foldGroup(full, transaction.now, model.match, touchOf)
      transaction.write(decision.changes, [], 0)
      return decision.counts
    })
    return counts.map(({ accepted, duplicates }) => ({ accepted, duplicates }))
  }

  test('an id counts once per browser, for ever, and once per site where there is no browser', () => {
    const id = hex()
    expect(apply({ events: [view(id)] }, { events: [view(id)] })).toEqual([
      { accepted: 1, duplicates: 0 },
      { accepted: 0, duplicates: 1 },
    ])
    reopen()
    const other = { browserKey: 'b'.repeat(32), events: [view(id)] }
    const days = ['c', 'd'].map((c) => ({
      browserKey: c.repeat(32),
      external: null,
      isCookieless: true,
      events: [view(id)],
    }))
    expect(apply({ events: [view(id)] }, other, ...days)).toEqual([
      { accepted: 0, duplicates: 1 },
      { accepted: 1, duplicates: 0 },
      { accepted: 1, duplicates: 0 },
      { accepted: 0, duplicates: 1 },
    ])
  })

  test('a decision that throws leaves nothing, and the next one finds a sound store', () => {
    const id = hex()
    const failing = () =>
      store.apply((transaction) => {
        const events = [delivery(view(id))]
        const { changes } = foldGroup(events, transaction.now, model.match, touchOf)
        transaction.write(changes, [], 0)
        throw new Error('a bug in the decision')
      })
    expect(failing).toThrow('a bug in the decision')
    expect(apply({ events: [view(id)] })).toEqual([{ accepted: 1, duplicates: 0 }])
  })

  test('what was loaded once is the same after a restart', () => {
    const session = hex()
    apply({ events: [view(hex(), { session })] })
    const read = () =>
      store.apply(({ now }) => {
        const { visitors, sessions } = now.knownBrowser(delivery(view(hex()))) ?? {}
        return structuredClone({ visitors, sessions })
      })
    const before = read()
    reopen()
    expect(read()).toEqual(before)
  })

  test('sites and keys: added, listed, gone with what is bound to them', () => {
    const { writeKey: _, ...shown } = SITE
    expect(store.sites()).toEqual([{ ...shown, consent: 'granted', ref: 1 }])
    expect(store.changeSite(1, { name: 'Stall', consent: 'pending' })).toBe(true)
    expect(store.changeSite(9, { name: 'Stall' })).toBe(false)
    const changed = { ...shown, name: 'Stall', consent: 'pending', ref: 1 }
    expect(store.sites()).toEqual([changed])
    expect(store.changeSite(1, { origins: [], needsSignature: true })).toBe(true)
    expect(store.sites()).toEqual([{ ...changed, origins: [], needsSignature: true }])
    const key = { name: 'crm', hash: randomBytes(32), scopes: ['read'], site: 1, createdAt: AT }
    const ref = store.addKey(key)
    expect(store.removeSite(1)).toBe(true)
    expect(store.removeSite(1)).toBe(false)
    expect(store.removeKey(ref)).toBe(false)
    expect(store.addSite(SITE).ref).toBe(2)
  })

  test('who did what is dropped with its time, and nothing else is', () => {
    const entry = { author: 'ann@x.example', action: 'key.added', subject: 'ke_1', detail: null }
    for (const at of [AT, AT + 1, AT + 2]) store.addAudit({ ...entry, at })
    const bounds = { keptSince: 0, now: AT }
    expect(store.dropExpired({ ...bounds, auditSince: AT }).audit).toBe(0)
    expect(store.dropExpired({ ...bounds, auditSince: AT + 2 }).audit).toBe(2)
    expect(store.dropExpired({ ...bounds, auditSince: AT + 2 }).audit).toBe(0)
  })

  test('a sign-in link is taken once, and not after it has expired', () => {
    const [hash, late] = [randomBytes(32), randomBytes(32)]
    const link = { kind: 'link', seenAt: AT, account: null } as const
    store.accounts.putSignIn({ ...link, hash, expiresAt: AT + 1000 })
    store.accounts.putSignIn({ ...link, hash: late, expiresAt: AT + 10 })
    expect(store.accounts.takeLink(late, AT + 10)).toBe(false)
    expect(store.accounts.takeLink(hash, AT)).toBe(true)
    expect(store.accounts.takeLink(hash, AT)).toBe(false)
  })

  test('the first account is made once, with the newest set-up secret', () => {
    const { accounts } = store
    const ann = { email: 'ann@x.example', role: 'owner', password: 'p', createdAt: AT } as const
    const [older, hash] = [randomBytes(32), randomBytes(32)]
    const setup = { kind: 'setup', seenAt: AT, expiresAt: AT + 10, account: null } as const
    accounts.putSignIn({ ...setup, hash: older })
    accounts.putSignIn({ ...setup, hash })
    expect(accounts.setUp(ann, { hash: older, now: AT })).toBe(null)
    expect(accounts.setUp(ann, { hash, now: AT + 10 })).toBe(null)
    expect(accounts.setUp(ann, { hash, now: AT })).toBe(1)
    expect(accounts.setUp({ ...ann, email: 'b@x.example' }, { hash, now: AT })).toBe(null)
    accounts.putSignIn({ ...setup, hash })
    expect(accounts.setUp({ ...ann, email: 'b@x.example' }, { hash, now: AT })).toBe(null)
  })

  test('an e-mail has one account, and the last owner stays', () => {
    const { accounts } = store
    const ann = { email: 'ann@x.example', role: 'owner', password: '', createdAt: AT } as const
    expect(accounts.addAccount(ann)).toBe(1)
    expect(accounts.addAccount({ ...ann, role: 'viewer' })).toBe(null)
    expect(accounts.removeAccount(1)).toBe('last_owner')
    expect(accounts.changeAccount(1, { role: 'viewer' })).toBe('last_owner')
    const bob = accounts.addAccount({ ...ann, email: 'bob@x.example' }) ?? 0
    expect(accounts.changeAccount(1, { role: 'viewer' })).toBe('done')
    expect(accounts.removeAccount(bob)).toBe('last_owner')
    expect([accounts.removeAccount(1), accounts.removeAccount(1)]).toEqual(['done', 'missing'])
  })

  test("a day's salt is the same until it is forgotten", () => {
    const first = Buffer.from(store.saltOf(100))
    expect(Buffer.from(store.saltOf(100))).toEqual(first)
    expect(Buffer.from(store.saltOf(101))).not.toEqual(first)
    reopen()
    expect(Buffer.from(store.saltOf(100))).toEqual(first)
    store.forgetSalts(101)
    expect(Buffer.from(store.saltOf(100))).not.toEqual(first)
  })

  test('no byte of a forgotten salt stays in any file of the store', () => {
    const holding = (salt: Buffer) =>
      readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(salt))
    const old = Buffer.from(store.saltOf(100))
    const kept = Buffer.from(store.saltOf(101))
    expect(holding(old)).not.toEqual([])
    store.forgetSalts(101)
    expect(holding(old)).toEqual([])
    expect(holding(kept)).not.toEqual([])
  })

  test('a reader in the way only puts off that a salt is forgotten', () => {
    const old = Buffer.from(store.saltOf(100))
    const reader = new Database(join(directory, 'store.db'), { readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT * FROM salt').all()
    store.forgetSalts(101)
    reader.close()
    store.forgetSalts(101)
    for (const name of readdirSync(directory)) {
      expect(readFileSync(join(directory, name)).includes(old)).toBe(false)
    }
  })

  test('it can be asked whether it can be written', () => {
    store.checkWritable()
    const other = new Database(join(directory, 'store.db'))
    other.exec('BEGIN IMMEDIATE')
    expect(() => store.checkWritable()).toThrow()
    other.close()
    store.checkWritable()
  })

  test('an empty store takes the initial model, later starts keep what is published', () => {
    expect(store.models.active('name: One', AT)).toMatchObject({ version: 1, yaml: 'name: One' })
    reopen()
    expect(store.models.active('name: Two', AT)).toMatchObject({ version: 1, yaml: 'name: One' })
    expect(store.models.pending()).toBeNull()
  })

  test('a published model waits until it is made the active one', () => {
    const { models } = store
    models.active('name: One', AT)
    const draft = { yaml: 'name: Two', note: 'why', by: 'ann', publishedAt: AT + 1 }
    const version = store.apply(() => models.publish(draft))
    expect(models.active('', AT)).toMatchObject({ version: 1 })
    expect(models.pending()).toMatchObject({ version, yaml: 'name: Two' })
    store.apply(() => models.activate(version, AT + 2))
    expect(models.active('', AT)).toMatchObject({ version, yaml: 'name: Two' })
    expect(models.pending()).toBeNull()
  })

  test("a rule's number is the same for ever", () => {
    const ref = store.models.ruleRef('cart {}')
    expect(store.models.ruleRef('another {}')).not.toBe(ref)
    reopen()
    expect(store.models.ruleRef('cart {}')).toBe(ref)
  })

  test('a rule that is new to a store with events is not counted before it is said to be', () => {
    const [known] = [store.models.ruleRef('cart {}')]
    expect(store.models.uncounted([known])).toEqual([])
    apply({ events: [view(hex())] })
    const fresh = store.models.ruleRef('cart {"on":["x"]}')
    expect(store.models.uncounted([known, fresh])).toEqual([fresh])
    store.models.keepOnly([fresh])
    expect(store.models.uncounted([known, fresh])).toEqual([known])
  })

  test('it says what makes its promise of durability true', () => {
    expect(store.settings()).toMatchObject({ journal_mode: 'wal', synchronous: 2 })
  })

  function delivery(event: NewEvent): Delivery {
    return {
      site: 1,
      browserKey: 'a'.repeat(32),
      external: null,
      isCookieless: false,
      receivedAt: AT + 5,
      skewMs: null,
      human: true,
      device: null,
      events: [event],
    }
  }
})
