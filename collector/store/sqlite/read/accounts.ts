import { publicId } from '../../ids.ts'
import type { AccountJson, Role, Scope } from '../../shapes.ts'
import type { Db } from '../connect.ts'

/** Who may come in: keys, sessions and accounts, found by the hash of what they showed. */

export interface KnownKey {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly site: string | null
  /** Refused from then on; null for ever. */
  readonly expiresAt: number | null
}

export interface KnownSession {
  /** Null where the admin key or a link signed in: the owner. */
  readonly account: { readonly ref: number; readonly email: string; readonly role: Role } | null
  /** When it was last written down that the session is in use. */
  readonly seenAt: number
}

export interface KnownAccount {
  readonly ref: number
  /** As it is stored; empty while none is set. */
  readonly password: string
}

export interface AccessReads {
  /** The key with this SHA-256, or null; also for one that has expired by `now`. */
  key(hash: Uint8Array, now: number): Promise<KnownKey | null>
  /** The session with this hash, unless it is too old, was idle for too long, or its account is no more. */
  session(hash: Uint8Array, now: number): Promise<KnownSession | null>
  /** The account with this e-mail, in its normal form. */
  account(email: string): Promise<KnownAccount | null>
  accounts(): Promise<readonly AccountJson[]>
  /** What a one-time secret is good for: the first account, or setting the password of one. */
  invitation(hash: Uint8Array, now: number): Promise<Invitation | null>
}

export type Invitation =
  | { readonly kind: 'setup' }
  | { readonly kind: 'welcome'; readonly email: string }

/** A session that nobody used for this long has ended. */
const IDLE_MS = 12 * 3_600_000

type KeyRow = [number, string, string, number | null, number | null]
type SessionRow = [number, number | null, string | null, Role | null]

export function createAccessReader(db: Db): AccessReads {
  const key = db
    .prepare(
      `SELECT id, name, scopes, site, expires_at FROM api_key
       WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?)`,
    )
    .raw()
  const session = db
    .prepare(
      `SELECT s.seen_at, s.account, a.email, a.role FROM sign_in s
       LEFT JOIN account a ON a.id = s.account
       WHERE s.hash = ? AND s.kind = 'session' AND s.expires_at > ? AND s.seen_at > ?`,
    )
    .raw()
  const account = db.prepare('SELECT id AS ref, password FROM account WHERE email = ?')
  const invitation = db
    .prepare(
      `SELECT s.kind, a.email, NOT EXISTS (SELECT 1 FROM account) FROM sign_in s
       LEFT JOIN account a ON a.id = s.account
       WHERE s.hash = ? AND s.kind IN ('setup', 'welcome') AND s.expires_at > ?`,
    )
    .raw()
  return {
    async key(hash, now) {
      const row = key.get(hash, now) as KeyRow | undefined
      if (!row) return null
      const [ref, name, scopes, site, expiresAt] = row
      const bound = site === null ? null : publicId('site', site)
      return { id: publicId('key', ref), name, scopes: JSON.parse(scopes), site: bound, expiresAt }
    },
    async session(hash, now) {
      const row = session.get(hash, now, now - IDLE_MS) as SessionRow | undefined
      if (!row) return null
      const [seenAt, ref, email, role] = row
      if (ref === null) return { seenAt, account: null }
      return email === null || role === null ? null : { seenAt, account: { ref, email, role } }
    },
    account: async (email) => (account.get(email) as KnownAccount | undefined) ?? null,
    accounts: async () =>
      db
        .prepare('SELECT id, email, role, password, created_at FROM account ORDER BY id')
        .raw()
        .all()
        .map(accountJson),
    async invitation(hash, now) {
      const row = invitation.get(hash, now) as [string, string | null, number] | undefined
      if (!row) return null
      const [kind, email, isFresh] = row
      if (kind === 'setup') return isFresh === 1 ? { kind } : null
      return email === null ? null : { kind: 'welcome', email }
    },
  }
}

function accountJson(raw: unknown): AccountJson {
  const [ref, email, role, password, createdAt] = raw as [number, string, Role, string, number]
  return {
    id: publicId('account', ref),
    email,
    role,
    has_password: password !== '',
    created_at: new Date(createdAt).toISOString(),
  }
}
