import { randomBytes } from 'node:crypto'
import type { NewKey, Transaction, WriteStore } from '../store.ts'
import type { StoreOptions } from '../store-file.ts'
import { StoreTrouble } from '../trouble.ts'
import { createAccounts } from './accounts.ts'
import { createAnswers, dropAnswers } from './answers.ts'
import { createAudit } from './audit.ts'
import { type Db, openWriter, preparePlace, writeOnce } from './connect.ts'
import { createCrms } from './crms.ts'
import { createDevices } from './devices.ts'
import { createEmailLinks } from './email-links.ts'
import { createEraser } from './erase.ts'
import { eraseStretches } from './erase-stretches.ts'
import { createFeed } from './feed.ts'
import { keepPrivate } from './file-modes.ts'
import { createImportRuns } from './import-runs.ts'
import { isBlank, joinInstance, keyOf, type Marker, refuseLostStore } from './instance.ts'
import { createIntakes } from './intakes.ts'
import { createLoader } from './load.ts'
import { lockStore } from './lock.ts'
import { createMentionEraser } from './mentions.ts'
import { createModels } from './models.ts'
import { createOrders } from './orders.ts'
import { createOutbox } from './outbox.ts'
import { createPruner, dropExpired, dropUnusedTexts, rewrite, shrink } from './prune.ts'
import { createQuarantine } from './quarantine.ts'
import { createSalts } from './salts.ts'
import { openSeal, type Seal } from './secrets.ts'
import { createSites } from './sites.ts'
import { createStandings } from './standing.ts'
import { createStoreFile } from './store-file.ts'
import { createTexts } from './texts.ts'
import { createBuried, readBackups, readTombstones, tombstoneKey } from './tombstones.ts'
import { finishUpgrade } from './upgrade.ts'
import { createViews } from './views.ts'
import { createWebhooks } from './webhooks.ts'
import { createChangeWriter } from './write.ts'

/**
 * The writing half of the SQLite store; see connect.ts for what makes its promises true. `alone`
 * is for whoever ingests; `beside` is for a short change of sites or keys while a collector runs.
 */
export function openSqliteStore(
  path: string,
  use: 'alone' | 'beside',
  options: StoreOptions = {},
): WriteStore {
  const init = use === 'alone' && options.init === true
  preparePlace(path)
  keepPrivate(path)
  if (isBlank(path)) refuseLostStore(path, init)
  const unlock = use === 'alone' ? lockStore(path) : () => {}
  const { db, settings, notices } = openWriter(path, use, options)
  const marker = joinInstance(db, path, { ...options, init })
  let seal: Seal | null = null
  const sealOf = (): Seal => {
    seal ??= openSeal(db, { path, init, ...keysOf(marker, options) })
    return seal
  }
  if (use === 'alone') {
    sealOf()
    finishUpgrade(db)
  }
  const texts = createTexts(db)
  const seed = seedOf(db)
  const loader = createLoader(db, texts, seed, options.rememberedBrowsers)
  let commit = 0
  const feed = createFeed(db, () => commit)
  const writeChanges = createChangeWriter(db, texts, { seed, feed })

  const addRejected = db.prepare(
    'INSERT INTO rejected (site, code, detail, sample, received_at) VALUES (?, ?, ?, ?, ?)',
  )
  const bumpCommit = db
    .prepare(
      `INSERT INTO counter (site, name, value) VALUES (0, 'commit', 1)
       ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
    )
    .pluck()
  const addCount = db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET value = value + excluded.value`,
  )
  const { quarantine, ...waiting } = createQuarantine(db)
  const erase = createEraser(db)
  const prune = createPruner(db)
  const outbox = createOutbox(db)
  const transaction: Transaction = {
    now: loader,
    write(changes, rejected, at) {
      writeChanges(changes, loader.isNew, { number: commit, at })
      for (const [gone, heir] of changes.removedLeads) outbox.follow(gone, heir)
      for (const { site, code, detail, sample, receivedAt } of rejected) {
        addRejected.run(site, code, detail, sample, receivedAt)
      }
    },
    quarantine,
    erase(lead, at) {
      const erased = erase(lead, at)
      outbox.clear(lead, at)
      if (erased) feed.erased(lead, erased.site, at)
      dropAnswers(db)
      // What was remembered of its browsers and texts is not there any more.
      loader.forget()
      texts.forget()
      return erased
    },
    eraseStretches(stretches) {
      const browsers = eraseStretches(db, stretches)
      loader.forget()
      texts.forget()
      return browsers
    },
    prune(endedBefore) {
      const pruned = prune(endedBefore)
      loader.forget()
      return pruned
    },
    count(counts) {
      for (const { site, name, by } of counts) addCount.run(site, name, by)
    },
    ...createStandings(db, () => commit, feed),
    outbox,
  }
  const apply = db.transaction((work: (transaction: Transaction) => unknown) => {
    commit = Number(bumpCommit.get())
    return work(transaction)
  })

  const anyDue = db.prepare('SELECT 1 FROM lead WHERE look_at <= ? LIMIT 1')
  const readDataVersion = db.prepare('PRAGMA data_version').pluck()
  let dataVersion = Number(readDataVersion.get())
  const salts = createSalts(db)
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
    ...createSites(db, sealOf, outbox),
    ...createAudit(db),
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
    removeKey: db.transaction((ref: number) => {
      // Whoever had the key may have come in by it, and is not to stay.
      db.prepare(
        `DELETE FROM sign_in WHERE kind = 'session' AND account IS NULL AND EXISTS (
           SELECT 1 FROM api_key WHERE id = ? AND site IS NULL AND instr(scopes, '"admin"') > 0)`,
      ).run(ref)
      return db.prepare('DELETE FROM api_key WHERE id = ?').run(ref).changes > 0
    }).immediate,
    accounts: createAccounts(db),
    views: createViews(db),
    answers: createAnswers(db),
    importRuns: createImportRuns(db),
    webhooks: createWebhooks(db, outbox, sealOf),
    crms: createCrms(db, sealOf),
    mail: { ...createEmailLinks(db), ...createIntakes(db, sealOf) },
    devicesOf: createDevices(db),
    ...waiting,
    tombstones: () => ({ key: tombstoneKey(db), tombstones: readTombstones(db) }),
    saltOf: salts.saltOf,
    forgetSalts: salts.forgetSalts,
    models: createModels(db, texts, feed),
    file: createStoreFile(db, path, { ...options, notices }),
    settings: () => ({ ...settings }),
    checkWritable: () => writeOnce(db),
    checkpoint: () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    emptyLog: () => db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0,
    dropExpired: db.transaction((bounds) => dropExpired(db, bounds)),
    rewrite: (anySize) => rewrite(db, anySize),
    shrink: () => shrink(db),
    dropUnusedTexts: db.transaction(() => {
      texts.forget()
      return dropUnusedTexts(db)
    }),
    backups: (now) => readBackups(db, now),
    ...createBuried(db),
    eraseMentions: createMentionEraser(db),
    ...createOrders(db),
    hasForeignChanges() {
      const version = Number(readDataVersion.get())
      const isForeign = version !== dataVersion
      dataVersion = version
      if (isForeign) outbox.forget()
      return isForeign
    },
    close() {
      db.close()
      unlock()
    },
  }
}

/** The key that seals, and the marker's where another was given. */
function keysOf(marker: Marker, { instanceKey }: StoreOptions) {
  const own = keyOf(marker.key)
  const given = instanceKey ? keyOf(instanceKey) : own
  if (!own || !given) {
    throw new StoreTrouble('PIQUE_INSTANCE_KEY is no key; expected 32 bytes as hex or base64', 78)
  }
  return { key: given, formerKey: instanceKey ? own : null }
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
