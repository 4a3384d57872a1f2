import { randomBytes } from 'node:crypto'
import type { NewKey, Site, Transaction, WriteStore } from '../store.ts'
import { createAccounts } from './accounts.ts'
import { type Db, openWriter, preparePlace, writeOnce } from './connect.ts'
import { createLoader } from './load.ts'
import { lockStore } from './lock.ts'
import { createModels } from './models.ts'
import { createSalts } from './salts.ts'
import { createStandings } from './standing.ts'
import { createTexts } from './texts.ts'
import { finishUpgrade } from './upgrade.ts'
import { createChangeWriter } from './write.ts'

/**
 * The writing half of the SQLite store; see connect.ts for what makes its promises true. `alone`
 * is for whoever ingests; `beside` is for a short change of sites or keys while a collector runs.
 */
export function openSqliteStore(path: string, use: 'alone' | 'beside'): WriteStore {
  preparePlace(path)
  const unlock = use === 'alone' ? lockStore(path) : () => {}
  const { db, settings } = openWriter(path, use)
  if (use === 'alone') finishUpgrade(db)
  const texts = createTexts(db)
  const seed = seedOf(db)
  const loader = createLoader(db, texts, seed)
  const writeChanges = createChangeWriter(db, texts, seed)

  const addRejected = db.prepare(
    'INSERT INTO rejected (site, code, detail, sample, received_at) VALUES (?, ?, ?, ?, ?)',
  )
  const bumpCommit = db
    .prepare(
      `INSERT INTO counter (site, name, value) VALUES (0, 'commit', 1)
       ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
    )
    .pluck()
  let commit = 0
  const transaction: Transaction = {
    now: loader,
    write(changes, rejected) {
      writeChanges(changes, loader.isNew, commit)
      for (const { site, code, detail, sample, receivedAt } of rejected) {
        addRejected.run(site, code, detail, sample, receivedAt)
      }
    },
    ...createStandings(db, () => commit),
  }
  const apply = db.transaction((work: (transaction: Transaction) => unknown) => {
    commit = Number(bumpCommit.get())
    return work(transaction)
  })

  const anyDue = db.prepare('SELECT 1 FROM lead WHERE look_at <= ? LIMIT 1')
  const readDataVersion = db.prepare('PRAGMA data_version').pluck()
  let dataVersion = Number(readDataVersion.get())
  const salts = createSalts(db)
  const addSite = db.prepare(
    `INSERT INTO site (name, key, write_key, signing_secret, origins, needs_signature, generated,
       created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  return {
    apply<T>(work: (transaction: Transaction) => T): T {
      try {
        const result = apply.immediate(work)
        loader.settled()
        return result as T // what `work` returned
      } catch (error) {
        loader.forget()
        texts.forget()
        throw error
      }
    },
    hasDueLeads: (at) => anyDue.get(at) !== undefined,
    sites: () => db.prepare('SELECT * FROM site ORDER BY id').all().map(siteOf),
    addSite(site) {
      const { name, key, writeKey, signingSecret, origins, isGenerated, createdAt } = site
      const { needsSignature } = site
      const { lastInsertRowid } = addSite.run(
        name,
        key,
        writeKey,
        signingSecret,
        JSON.stringify(origins),
        needsSignature ? 1 : 0,
        isGenerated ? 1 : 0,
        createdAt,
      )
      return { ...site, ref: Number(lastInsertRowid) }
    },
    removeSite: db.transaction((ref: number) => {
      db.prepare('DELETE FROM api_key WHERE site = ?').run(ref)
      return db.prepare('DELETE FROM site WHERE id = ?').run(ref).changes > 0
    }),
    addKey({ name, hash, scopes, site, createdAt, expiresAt = null }: NewKey) {
      return Number(
        db
          .prepare(
            `INSERT INTO api_key (name, hash, scopes, site, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (hash) DO UPDATE SET name = excluded.name`,
          )
          .run(name, hash, JSON.stringify(scopes), site, createdAt, expiresAt).lastInsertRowid,
      )
    },
    removeKey: (ref) => db.prepare('DELETE FROM api_key WHERE id = ?').run(ref).changes > 0,
    accounts: createAccounts(db),
    saltOf: salts.saltOf,
    forgetSalts: salts.forgetSalts,
    models: createModels(db, texts),
    settings: () => ({ ...settings }),
    checkWritable: () => writeOnce(db),
    checkpoint: () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    hasForeignChanges() {
      const version = Number(readDataVersion.get())
      const isForeign = version !== dataVersion
      dataVersion = version
      return isForeign
    },
    close() {
      db.close()
      unlock()
    },
  }
}

/** The secret of this store's look-ups, made once; see probe.ts. */
function seedOf(db: Db): number {
  const row = db.prepare("SELECT value FROM counter WHERE site = 0 AND name = 'seed'").pluck()
  const known = row.get()
  if (typeof known === 'number') return known
  const seed = randomBytes(4).readInt32LE()
  db.prepare("INSERT INTO counter (site, name, value) VALUES (0, 'seed', ?)").run(seed)
  return seed
}

export function siteOf(row: unknown): Site {
  const { id, name, key, write_key, signing_secret, origins, generated, created_at, ...more } =
    row as {
      id: number
      name: string
      key: string
      write_key: string
      signing_secret: string
      origins: string
      needs_signature: number
      generated: number
      created_at: number
    } // the columns of the site table
  return {
    ref: id,
    name,
    key,
    writeKey: write_key,
    signingSecret: signing_secret,
    origins: JSON.parse(origins),
    needsSignature: more.needs_signature === 1,
    isGenerated: generated === 1,
    createdAt: created_at,
  }
}
