import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { newWebhookSecret } from '../../webhooks/sign.ts'
import { StoreTrouble } from '../trouble.ts'
import type { Db } from './connect.ts'
import { intakeName } from './intakes.ts'

/**
 * Secrets of sites as they lie on the disk: the write key as its hash, because nobody needs it again;
 * the signing secret sealed with AES-256-GCM under the instance key, bound to its site's key. The
 * store keeps a fingerprint of the instance key, so that a wrong one is told before anything is
 * sealed with it.
 */
export interface Seal {
  seal(secret: string, siteKey: string): string
  open(sealed: string, siteKey: string): string
}

const SEALED = 'aes256gcm:'
const HASHED = 'sha256:'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const EXIT_OTHER_KEY = 72

export function hashWriteKey(writeKey: string): string {
  return `${HASHED}${createHash('sha256').update(writeKey).digest('hex')}`
}

function createSeal(key: Buffer): Seal {
  return {
    seal(secret, siteKey) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(siteKey))
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `${SEALED}${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`
    },
    open(sealed, siteKey) {
      const bytes = Buffer.from(sealed.slice(SEALED.length), 'base64url')
      const textAt = NONCE_BYTES + TAG_BYTES
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(siteKey))
        .setAuthTag(bytes.subarray(NONCE_BYTES, textAt))
      return decipher.update(bytes.subarray(textAt), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

export interface SealOptions {
  readonly path: string
  readonly key: Buffer
  /** The key of before, whose secrets are sealed anew; null where there is none. */
  readonly formerKey: Buffer | null
  /** What can't be opened with either is replaced by secrets that nobody knows. */
  readonly init: boolean
}

/**
 * The seal of this store, after what was stored in clear, or under the former key, was sealed with it:
 * all of it in one transaction, or nothing. Refuses a key that is not the store's.
 */
export function openSeal(db: Db, { path, key, formerKey, init }: SealOptions): Seal {
  const seal = createSeal(key)
  const print = fingerprintOf(key)
  const readPrint = db.prepare("SELECT value FROM secret WHERE name = 'instance_key'").pluck()
  const isKnown = () => isSame(readPrint.get(), print)
  if (isKnown()) return seal
  db.transaction(() => {
    if (isKnown()) return // another process was faster
    const stored = readPrint.get()
    const isFormer = formerKey !== null && isSame(stored, fingerprintOf(formerKey))
    if (stored !== undefined && !isFormer && !init) throw otherKey(path)
    const former = isFormer && formerKey ? createSeal(formerKey) : null
    sealAll(db, seal, former)
    db.prepare(
      `INSERT INTO secret (name, value) VALUES ('instance_key', ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    ).run(print)
  }).immediate()
  return seal
}

interface SecretRow {
  readonly id: number
  readonly key: string
  readonly write_key: string
  readonly signing_secret: string
}

function sealAll(db: Db, seal: Seal, former: Seal | null): void {
  const rows = db.prepare('SELECT id, key, write_key, signing_secret FROM site').all()
  const update = db.prepare('UPDATE site SET write_key = ?, signing_secret = ? WHERE id = ?')
  for (const row of rows as SecretRow[]) {
    const { id, key, write_key: writeKey, signing_secret: secret } = row
    const isSealed = secret.startsWith(SEALED)
    const lost = () => randomBytes(32).toString('base64url')
    const clear = isSealed ? (former?.open(secret, key) ?? lost()) : secret
    const hash = writeKey.startsWith(HASHED) ? writeKey : hashWriteKey(writeKey)
    update.run(hash, seal.seal(clear, key), id)
  }
  sealWebhooks(db, seal, former)
  sealCrms(db, seal, former)
  sealIntakes(db, seal, former)
}

/** What a webhook's secret is bound to. */
export function webhookName(ref: number): string {
  return `webhook ${ref}`
}

/** The same of an address that is a secret. */
export function targetName(ref: number): string {
  return `address of webhook ${ref}`
}

/** The same of webhooks: a secret that can't be opened any more has to be replaced at the receiver. */
function sealWebhooks(db: Db, seal: Seal, former: Seal | null): void {
  const rows = db.prepare('SELECT id, secret, former_secret, target, url FROM webhook').raw().all()
  const update = db.prepare('UPDATE webhook SET secret = ?, former_secret = ? WHERE id = ?')
  const putTarget = db.prepare('UPDATE webhook SET target = ? WHERE id = ?')
  // Where it leads is known no more, so nothing is sent there.
  const switchOff = db.prepare("UPDATE webhook SET state = 'off' WHERE id = ?")
  for (const row of rows) {
    const [ref, secret, older, target, url] = row as HookSecrets // as selected
    const name = webhookName(ref)
    const anew = (sealed: string) =>
      seal.seal(former?.open(sealed, name) ?? newWebhookSecret(), name)
    update.run(anew(secret), older === null ? null : anew(older), ref)
    if (target === null) continue
    const address = former?.open(target, targetName(ref))
    putTarget.run(seal.seal(address ?? url, targetName(ref)), ref)
    if (address === undefined) switchOff.run(ref)
  }
}

/** What a CRM's secret is bound to. */
export function crmName(ref: number): string {
  return `crm ${ref}`
}

/** The same of CRMs: one whose secret is lost is told that it has none. */
function sealCrms(db: Db, seal: Seal, former: Seal | null): void {
  const rows = db.prepare('SELECT id, secret FROM crm').raw().all()
  const update = db.prepare('UPDATE crm SET secret = ? WHERE id = ?')
  for (const row of rows) {
    const [ref, secret] = row as [number, string] // as selected
    const name = crmName(ref)
    update.run(seal.seal(former?.open(secret, name) ?? 'lost', name), ref)
  }
}

type HookSecrets = [
  ref: number,
  secret: string,
  former: string | null,
  target: string | null,
  url: string,
]

/** The same of intakes: one that can't be opened any more proves nobody, and has to be made anew. */
function sealIntakes(db: Db, seal: Seal, former: Seal | null): void {
  const rows = db.prepare('SELECT id, token, secret FROM intake').raw().all()
  const update = db.prepare('UPDATE intake SET secret = ? WHERE id = ?')
  for (const row of rows) {
    const [ref, token, secret] = row as [number, string, string] // as selected
    const name = intakeName(token)
    update.run(seal.seal(former?.open(secret, name) ?? newWebhookSecret(), name), ref)
  }
}

function fingerprintOf(key: Buffer): Buffer {
  return createHmac('sha256', key).update('pique instance key').digest()
}

function isSame(stored: unknown, print: Buffer): boolean {
  return stored instanceof Uint8Array && print.equals(stored)
}

function otherKey(path: string): StoreTrouble {
  return new StoreTrouble(
    `the secrets in ${path} are sealed with another key: give its PIQUE_INSTANCE_KEY, or bring back ${path}-instance from a backup; start with --init to go on with new signing secrets`,
    EXIT_OTHER_KEY,
  )
}
