import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { MIGRATIONS } from '../../collector/store/sqlite/migrations.ts'
import { readBackups } from '../../collector/store/sqlite/tombstones.ts'
import { ended, newStore, pique, start, startOn } from '../support/place.ts'

/** What keeps a store safe before it is opened: its place and its secrets. */

function copiesOf(store: string): unknown[] {
  const db = new Database(store, { readonly: true })
  try {
    return readBackups(db, Date.now()).map(({ path }) => path)
  } finally {
    db.close()
  }
}

describe('a store that is not there any more', () => {
  test.each([
    ['cut to nothing', (store: string) => truncateSync(store)],
    ['removed', (store: string) => rmSync(store)],
    [
      'replaced by a new one',
      (store: string) => {
        for (const suffix of ['', '-wal', '-shm']) rmSync(`${store}${suffix}`, { force: true })
        new Database(store).exec('CREATE TABLE t (a); DROP TABLE t').close()
      },
    ],
  ])('%s: exit 72 and its path; --init begins anew', async (_, lose) => {
    const store = newStore()
    expect(await (await start(store)).stop()).toBe(0)
    lose(store)
    const refused = startOn(store)
    expect(refused.stderr).toMatch(/^pique: [^\n]+\n$/)
    expect(refused.stderr).toContain(store)
    expect(refused.status).toBe(72)
    expect(pique('site', 'add', 'x', '--store', store).status).toBe(1)
    const again = await start(store, '--init')
    expect((await again.api('/sites')).status).toBe(200)
    expect(existsSync(`${store}-instance.old-1`)).toBe(true)
  })

  test("another store's marker: exit 72; without one it is made", async () => {
    const [store, other] = [newStore(), newStore()]
    for (const one of [store, other]) pique('site', 'add', 'Shop', '--store', one)
    copyFileSync(`${other}-instance`, `${store}-instance`)
    const refused = startOn(store)
    expect([refused.status, refused.stderr]).toEqual([72, expect.stringContaining('another store')])
    // Its key is gone with its marker: that is said too, rather than a secret lost in silence.
    rmSync(`${store}-instance`)
    expect(startOn(store)).toMatchObject({
      status: 72,
      stderr: expect.stringContaining('another key'),
    })
    expect(await (await start(store, '--init')).stop()).toBe(0)
  })

  test.each(['removed', 'replaced'])('%s while the collector runs: exit 70', async (how) => {
    const store = newStore()
    const collector = await start(store)
    if (how === 'replaced') {
      copyFileSync(store, `${store}.new`)
      renameSync(`${store}.new`, store)
    } else rmSync(store)
    expect(await ended(collector)).toBe(70)
    expect(collector.logs()).toContain(`was ${how} while the collector ran`)
  })
})

describe('secrets at rest', () => {
  const filesOf = (store: string) =>
    readdirSync(dirname(store)).map((name) => join(dirname(store), name))

  test('no file tells a site’s secrets, and none is for others to read', async () => {
    const store = newStore()
    const collector = await start(store)
    const added = await collector.api('/sites', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Shop' }),
    })
    const first = await added.json()
    const second = JSON.parse(pique('site', 'add', 'Blog', '--store', store).stdout)
    expect(pique('backup', '--to', `${store}.backup`, '--store', store).stderr).toBe('')
    const secrets = [first, second].flatMap((one) => [one.write_key, one.signing_secret])
    expect(new Set(secrets).size).toBe(4)
    const files = filesOf(store)
    expect(files.length).toBeGreaterThanOrEqual(8)
    for (const file of files) {
      expect([file, (statSync(file).mode & 0o777).toString(8)]).toEqual([file, '600'])
      const bytes = readFileSync(file)
      for (const secret of secrets) expect([file, bytes.includes(secret)]).toEqual([file, false])
    }
    expect(pique('site', 'list', '--store', store).stdout).not.toMatch(/secret|wk_|sk_|aes256/)
    expect(await collector.stop()).toBe(0)
  })

  test('what a version before stored in clear is sealed, its copy kept, and the key can change', async () => {
    const store = newStore()
    const before = MIGRATIONS.length - 1
    const db = new Database(store)
    for (const step of MIGRATIONS.slice(0, before)) db.exec(step)
    db.pragma(`user_version = ${before}`)
    db.exec(`INSERT INTO site (name, key, write_key, signing_secret, origins, created_at)
             VALUES ('Old', 'pk_old', 'wk_in_clear', 'sk_in_clear', '[]', 1)`)
    db.exec("INSERT INTO salt VALUES (1, x'73616c74206f6620616e206f6c642064')")
    db.close()
    chmodSync(store, 0o644)
    const collector = await start(store)
    expect(collector.logs()).toContain(`${store}-before-${before}`)
    expect(await collector.stop()).toBe(0)
    for (const file of [store, `${store}-wal`].filter(existsSync)) {
      expect(readFileSync(file).includes('_in_clear')).toBe(false)
    }
    expect(statSync(store).mode & 0o777).toBe(0o600)
    const copy = readFileSync(`${store}-before-${before}`)
    expect([copy.includes('wk_in_clear'), copy.includes('salt of an old d')]).toEqual([true, false])
    // Whoever erases somebody is told of it.
    expect(copiesOf(store)).toEqual([`${store}-before-${before}`])
    const sealed = () => {
      const open = new Database(store, { readonly: true })
      const row = open.prepare('SELECT write_key, signing_secret FROM site').get()
      open.close()
      return row as { write_key: string; signing_secret: string }
    }
    const hash = createHash('sha256').update('wk_in_clear').digest('hex')
    expect(sealed().write_key).toBe(`sha256:${hash}`)
    const under = sealed().signing_secret
    process.env.PIQUE_INSTANCE_KEY = randomBytes(32).toString('hex')
    try {
      expect(await (await start(store)).stop()).toBe(0)
      expect(sealed().signing_secret).not.toBe(under)
    } finally {
      delete process.env.PIQUE_INSTANCE_KEY
    }
    expect(startOn(store)).toMatchObject({ status: 72 })
    expect(pique('site', 'add', 'x', '--store', store).stderr).toContain('another key')
  })

  test('a directory where everybody may replace files is refused', () => {
    const store = newStore()
    chmodSync(dirname(store), 0o777)
    const refused = startOn(store)
    expect(refused.stderr).toContain(`type: chmod o-w ${dirname(store)}`)
    expect(refused.status).toBe(78)
  })
})

describe('what stands in the way is said', () => {
  test('of a backup and a restore; the store that was there is told of', async () => {
    const store = newStore()
    expect(await (await start(store)).stop()).toBe(0)
    const at = (name: string) => join(dirname(store), name)
    const say = (...args: readonly string[]) => {
      const { status, stdout, stderr } = pique(...args, '--store', store)
      return [status, stdout, stderr]
    }
    const noPlace = at('nowhere/copy.db')
    expect(say('backup', '--to', noPlace)).toEqual([
      1,
      '',
      `pique: there is no directory ${dirname(noPlace)}; make it, or name another place\n`,
    ])
    writeFileSync(at('letter.txt'), 'Dear Ann, this is no store at all. '.repeat(100))
    expect(say('restore', at('letter.txt'), '--force')).toEqual([
      1,
      '',
      `pique: ${at('letter.txt')} is damaged or no backup of a store; name another\n`,
    ])
    expect(say('backup', '--to', at('copy.db'))[0]).toBe(0)
    const [status, , told] = say('restore', at('copy.db'), '--force')
    expect(status).toBe(0)
    expect(told).toContain(`the store that was there is ${store}.replaced-1 now`)
    expect(copiesOf(store)).toEqual([at('copy.db'), `${store}.replaced-1`])
  })

  test('of a store whose last write was broken off, which the collector takes back', async () => {
    const store = newStore()
    expect(await (await start(store)).stop()).toBe(0)
    // A rollback journal that was left behind, as a copy of a store that was in such a mode has it.
    const db = new Database(store)
    db.pragma('journal_mode = DELETE')
    db.pragma('cache_size = 1')
    db.exec('BEGIN; CREATE TABLE half (x)')
    const insert = db.prepare('INSERT INTO half VALUES (zeroblob(4000))')
    for (let i = 0; i < 500; i += 1) insert.run()
    const [half, journal] = [readFileSync(store), readFileSync(`${store}-journal`)]
    db.close()
    writeFileSync(store, half)
    writeFileSync(`${store}-journal`, journal)
    for (const words of [['verify'], ['account', 'list'], ['erase', 'a@x.example']]) {
      const { status, stderr } = pique(...words, '--store', store)
      expect([status, stderr]).toEqual([
        1,
        `pique: a write to the store ${store} was broken off half way, and who only reads can't take it back; start the collector on it once, which does\n`,
      ])
    }
    expect(await (await start(store)).stop()).toBe(0)
    expect(pique('verify', '--store', store).status).toBe(0)
  })
})
