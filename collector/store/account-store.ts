import type { Role } from './shapes.ts'

/** What the store keeps of people who sign in, and of what they signed in with. */

export interface NewAccount {
  /** In its normal form. */
  readonly email: string
  readonly role: Role
  /** As `createPasswords` writes it; empty while none is set, which nothing matches. */
  readonly password: string
  readonly createdAt: number
}

export interface AccountChange {
  readonly role?: Role
  /** Ends every session and link of the account. */
  readonly password?: string
}

export type Changed = 'done' | 'missing' | 'last_owner'

/** A secret that lets somebody in, by its hash. */
export interface SignIn {
  readonly hash: Uint8Array
  /**
   * `link` signs in once as owner; `setup` makes the first account, `welcome` sets the password of
   * one, each once.
   */
  readonly kind: 'link' | 'session' | 'setup' | 'welcome'
  readonly expiresAt: number
  readonly seenAt: number
  /** Null where the admin key or a link signed in: the owner. */
  readonly account: number | null
  /** As the account had it when it was checked: of one that has another by now, nothing is remembered. */
  readonly password?: string | undefined
}

/** A secret that was handed out, at an instant. */
export interface Token {
  readonly hash: Uint8Array
  readonly now: number
}

/** Accounts, sessions and one-time secrets. Every method is one transaction. */
export interface AccountStore {
  /** Its number; null where somebody has this e-mail. */
  addAccount(account: NewAccount): number | null
  /** Makes the first account with a set-up secret, which is worth nothing afterwards; null if it is not good. */
  setUp(account: NewAccount, token: Token): number | null
  /** Sets a password with a welcome secret, which is worth nothing afterwards; the account's number. */
  welcome(password: string, token: Token): number | null
  /** The last owner stays one. */
  changeAccount(ref: number, change: AccountChange): Changed
  /** Ends its sessions too. The last owner stays. */
  removeAccount(ref: number): Changed
  /** Remembers a secret. A new `setup` or a new `welcome` of an account takes the place of an older one. */
  putSignIn(signIn: SignIn): void
  /** Takes a one-time link out of the store; whether it was there and had not expired. */
  takeLink(hash: Uint8Array, now: number): boolean
  /** Remembers that a session is in use. */
  seeSession(hash: Uint8Array, now: number): void
  removeSignIn(hash: Uint8Array): void
  /** Ends all sessions, or those of one account; `owner` are those that no account stands behind. */
  endSessions(of: 'all' | 'owner' | number): void
}
