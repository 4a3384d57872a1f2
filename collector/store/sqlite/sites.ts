import type { NewSite, Site, SiteStore } from '../site-records.ts'
import type { Db } from './connect.ts'
import type { OutboxTable } from './outbox.ts'
import { hashWriteKey, type Seal } from './secrets.ts'
import { dropWebhooksOf } from './webhooks.ts'

/** Sites, their secrets sealed; `sealOf` is asked when a secret is needed, and may refuse. */
export function createSites(
  db: Db,
  sealOf: () => Seal,
  outbox: Pick<OutboxTable, 'forget'>,
): SiteStore {
  const select = db.prepare('SELECT * FROM site ORDER BY id')
  const insert = db.prepare(
    `INSERT INTO site (name, key, write_key, signing_secret, origins, needs_signature, generated,
       created_at, consent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const update = db.prepare(
    `UPDATE site SET name = coalesce(@name, name), origins = coalesce(@origins, origins),
       needs_signature = coalesce(@needsSignature, needs_signature),
       consent = coalesce(@consent, consent),
       write_key = coalesce(@writeKey, write_key) WHERE id = @ref`,
  )
  const keyOf = db.prepare('SELECT key FROM site WHERE write_key = ?').pluck()
  return {
    siteOfWriteKey(writeKey) {
      const key = keyOf.get(hashWriteKey(writeKey))
      return typeof key === 'string' ? key : null
    },
    sites: () =>
      select.all().map((raw) => {
        const row = raw as SiteRow // the columns of the site table
        return { ...siteOf(row), signingSecret: sealOf().open(row.signing_secret, row.key) }
      }),
    addSite(site: NewSite) {
      const { name, key, writeKey, signingSecret, origins, needsSignature, isGenerated } = site
      const { consent = 'granted' } = site
      const { lastInsertRowid } = insert.run(
        name,
        key,
        hashWriteKey(writeKey),
        sealOf().seal(signingSecret, key),
        JSON.stringify(origins),
        needsSignature ? 1 : 0,
        isGenerated ? 1 : 0,
        site.createdAt,
        consent,
      )
      return { ...site, consent, ref: Number(lastInsertRowid) }
    },
    changeSite(ref, { name = null, origins, needsSignature, consent = null, writeKey }) {
      const change = {
        ref,
        name,
        origins: origins === undefined ? null : JSON.stringify(origins),
        needsSignature: needsSignature === undefined ? null : Number(needsSignature),
        consent,
        writeKey: writeKey === undefined ? null : hashWriteKey(writeKey),
      }
      return update.run(change).changes > 0
    },
    removeSite: db.transaction((ref: number) => {
      db.prepare('DELETE FROM api_key WHERE site = ?').run(ref)
      dropWebhooksOf(db, ref)
      db.prepare('DELETE FROM crm WHERE site = ?').run(ref)
      db.prepare('DELETE FROM email_link WHERE site = ?').run(ref)
      db.prepare('DELETE FROM intake WHERE site = ?').run(ref)
      outbox.forget()
      return db.prepare('DELETE FROM site WHERE id = ?').run(ref).changes > 0
    }),
  }
}

interface SiteRow {
  readonly id: number
  readonly name: string
  readonly key: string
  readonly signing_secret: string
  readonly origins: string
  readonly needs_signature: number
  readonly generated: number
  readonly created_at: number
  readonly consent: Site['consent']
}

/** What may be shown of a row of the site table: all but its secrets. */
export function siteOf(row: unknown): Omit<Site, 'signingSecret'> {
  const site = row as SiteRow // the columns of the site table
  return {
    ref: site.id,
    name: site.name,
    key: site.key,
    origins: JSON.parse(site.origins),
    needsSignature: site.needs_signature === 1,
    isGenerated: site.generated === 1,
    createdAt: site.created_at,
    consent: site.consent,
  }
}
