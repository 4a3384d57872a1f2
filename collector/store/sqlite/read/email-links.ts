import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { EmailLinkJson } from '../../mail-shapes.ts'
import type { EmailLink } from '../../mail-store.ts'
import type { Found, ListPage, Scoped } from '../../reader.ts'
import type { Page } from '../../shapes.ts'
import type { Db } from '../connect.ts'

export interface MailReads {
  /** Newest first, without what makes an address somebody's. */
  emailLinks(page: Scoped & ListPage): Promise<Found<Page<EmailLinkJson>>>
  /** Whether a site has this link. */
  hasEmailLink(ref: number, scope: Scoped): Promise<boolean>
}

type Row = [
  ref: number,
  site: number,
  userId: string | null,
  email: string | null,
  target: string,
  createdAt: number,
  expiresAt: number,
]

export function createMailReader(db: Db): MailReads {
  const page = db
    .prepare(
      `SELECT id, site, user_id, email, target, created_at, expires_at FROM email_link
       WHERE id < ? AND (? IS NULL OR site = ?) ORDER BY id DESC LIMIT ?`,
    )
    .raw()
  const has = db.prepare('SELECT 1 FROM email_link WHERE id = ? AND (? IS NULL OR site = ?)')
  const siteRef = (site: string | undefined) =>
    site === undefined ? null : (refOf('site', site) ?? 0)
  return {
    async emailLinks({ site, limit = 50, cursor }) {
      const after = cursor === undefined ? null : placeOf(cursor, ['number'])
      if (cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const before = Number(after?.[0] ?? Number.MAX_SAFE_INTEGER)
      const ref = siteRef(site)
      const rows = page.all(before, ref, ref, limit + 1) as Row[] // the columns selected
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const next = rows.length > limit && last ? cursorOf([last[0]]) : null
      const data = shown.map(([ref, site, userId, email, target, createdAt, expiresAt]) =>
        emailLinkJson({ ref, site, userId, email, target, createdAt, expiresAt }),
      )
      return { kind: 'found', value: { data, next_cursor: next } }
    },
    async hasEmailLink(ref, { site }) {
      return has.get(ref, siteRef(site), siteRef(site)) !== undefined
    },
  }
}

export function emailLinkJson(link: EmailLink): EmailLinkJson {
  return {
    id: publicId('emailLink', link.ref),
    site: publicId('site', link.site),
    email: link.email,
    user_id: link.userId,
    url: link.target,
    created_at: new Date(link.createdAt).toISOString(),
    expires_at: new Date(link.expiresAt).toISOString(),
  }
}
