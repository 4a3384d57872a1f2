import type { AccountChange, AccountStore, NewAccount, SignIn, Token } from '../account-store.ts'
import type { Db } from './connect.ts'

/** Accounts, sessions and one-time secrets; only hashes of secrets are kept. */
export function createAccounts(db: Db): AccountStore {
  const insert = db.prepare(
    `INSERT INTO account (email, role, password, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (email) DO NOTHING`,
  )
  const anyAccount = db.prepare('SELECT 1 FROM account LIMIT 1')
  const roleOf = db.prepare('SELECT role FROM account WHERE id = ?').pluck()
  const otherOwner = db.prepare("SELECT 1 FROM account WHERE role = 'owner' AND id <> ? LIMIT 1")
  const setRole = db.prepare('UPDATE account SET role = ? WHERE id = ?')
  const setPassword = db.prepare('UPDATE account SET password = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM account WHERE id = ?')
  const take = db.prepare(
    'DELETE FROM sign_in WHERE hash = ? AND kind = ? AND expires_at > ? RETURNING account',
  )
  const dropKind = db.prepare('DELETE FROM sign_in WHERE kind = ? AND account IS ?')
  const dropOf = db.prepare('DELETE FROM sign_in WHERE account = ?')
  const dropAll = db.prepare("DELETE FROM sign_in WHERE kind = 'session'")
  const dropExpired = db.prepare('DELETE FROM sign_in WHERE expires_at < ?')
  const put = db.prepare(
    `INSERT INTO sign_in (hash, kind, expires_at, seen_at, account)
     SELECT @hash, @kind, @expiresAt, @seenAt, @account WHERE @password IS NULL
       OR EXISTS (SELECT 1 FROM account WHERE id = @account AND password = @password)
     ON CONFLICT (hash) DO UPDATE SET seen_at = excluded.seen_at`,
  )
  const see = db.prepare(
    "UPDATE sign_in SET seen_at = max(seen_at, ?) WHERE hash = ? AND kind = 'session'",
  )
  const drop = db.prepare('DELETE FROM sign_in WHERE hash = ?')

  function add({ email, role, password, createdAt }: NewAccount): number | null {
    const { changes, lastInsertRowid } = insert.run(email, role, password, createdAt)
    return changes === 0 ? null : Number(lastInsertRowid)
  }
  const taken = ({ hash, now }: Token, kind: SignIn['kind']) =>
    take.get(hash, kind, now) as { account: number | null } | undefined
  const isLastOwner = (ref: number) => roleOf.get(ref) === 'owner' && !otherOwner.get(ref)

  return {
    addAccount: add,
    setUp: db.transaction((account: NewAccount, token: Token) => {
      if (anyAccount.get() || !taken(token, 'setup')) return null
      dropKind.run('setup', null)
      return add(account)
    }).immediate,
    welcome: db.transaction((password: string, token: Token) => {
      const ref = taken(token, 'welcome')?.account
      if (!ref) return null
      setPassword.run(password, ref)
      dropOf.run(ref)
      return ref
    }).immediate,
    changeAccount: db.transaction((ref: number, { role, password }: AccountChange) => {
      if (roleOf.get(ref) === undefined) return 'missing'
      if (role !== undefined && role !== 'owner' && isLastOwner(ref)) return 'last_owner'
      if (role !== undefined) setRole.run(role, ref)
      if (password !== undefined) {
        setPassword.run(password, ref)
        dropOf.run(ref)
      }
      return 'done'
    }).immediate,
    removeAccount: db.transaction((ref: number) => {
      if (isLastOwner(ref)) return 'last_owner'
      dropOf.run(ref)
      return remove.run(ref).changes > 0 ? 'done' : 'missing'
    }).immediate,
    putSignIn: db.transaction((signIn: SignIn) => {
      const { kind, account, password = null } = signIn
      dropExpired.run(signIn.seenAt)
      if (kind === 'setup' || kind === 'welcome') dropKind.run(kind, account)
      put.run({ ...signIn, password })
    }).immediate,
    // Begun by hand: a failure to commit what one statement did would go unsaid where that returns a row.
    takeLink: db.transaction(
      (hash: Uint8Array, now: number) => taken({ hash, now }, 'link') !== undefined,
    ).immediate,
    seeSession: (hash, now) => void see.run(now, hash),
    removeSignIn: (hash) => void drop.run(hash),
    endSessions(of) {
      if (of === 'all') dropAll.run()
      else dropKind.run('session', of === 'owner' ? null : of)
    },
  }
}
