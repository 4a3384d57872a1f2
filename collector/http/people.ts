import type { Admin } from '../engine.ts'
import { normalEmail } from '../ingest/text.ts'
import type { AccountChange, Changed } from '../store/account-store.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { AccountJson, Role } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { newWelcome } from './first-account.ts'
import { passwordProblem } from './password-rules.ts'
import type { Passwords } from './passwords.ts'

/** Adding people and changing what they may do; the API and the settings page both come here. */
export interface People {
  list(): Promise<readonly AccountJson[]>
  find(id: string): Promise<AccountJson | null>
  /** Without a password, the answer has a link with which its holder sets one. */
  add(person: NewPerson, baseUrl: string): Promise<Added>
  /** A new password ends every session of the account. */
  change(account: AccountJson, wanted: PersonChange): Promise<Changed | Refused>
  /** Ends every session of the account. */
  remove(account: AccountJson): Promise<Changed>
  /** A link that sets a password, once, within a day; the one before it is worth nothing then. */
  newLink(account: AccountJson, baseUrl: string): Promise<string>
  endSessions(of: 'all' | 'owner' | number): Promise<void>
  /** Whether this is the account's password; null while too many are waiting. */
  isPassword(email: string, password: string): Promise<boolean | null>
}

export interface NewPerson {
  readonly email: string
  readonly role: Role
  readonly password?: string | undefined
}

export interface PersonChange {
  readonly role?: Role | undefined
  readonly password?: string | undefined
}

export type Refused = 'busy' | { readonly problem: string }
export type Added =
  | { readonly account: AccountJson; readonly link: string | null }
  | 'taken'
  | Refused

export interface PeopleDeps {
  readonly reader: Pick<InternalReader, 'account' | 'accounts'>
  readonly writer: Pick<
    Admin,
    'addAccount' | 'changeAccount' | 'removeAccount' | 'endSessions' | 'putSignIn'
  >
  readonly passwords: Passwords
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly onAccount: () => void
}

export function createPeople({ reader, writer, passwords, clock, onAccount }: PeopleDeps): People {
  /** What to keep of a new password. */
  async function keep(password: string, email: string): Promise<{ kept: string } | Refused> {
    const problem = passwordProblem(password, email)
    if (problem !== null) return { problem }
    const kept = await passwords.hash(password)
    return kept === null ? 'busy' : { kept }
  }

  return {
    list: () => reader.accounts(),
    find: async (id) => (await reader.accounts()).find((one) => one.id === id) ?? null,
    newLink: ({ id }, baseUrl) =>
      newWelcome(writer, { account: refOf('account', id) ?? 0, baseUrl, now: clock() }),
    endSessions: (of) => writer.endSessions(of),
    async isPassword(email, password) {
      const known = await reader.account(email)
      return passwords.isRight(password, known?.password ?? null)
    },

    async add({ email: raw, role, password }, baseUrl) {
      const email = normalEmail(raw)
      if (email === null)
        return { problem: 'That is no e-mail address; expected one such as you@example.com.' }
      const hashed = password === undefined ? { kept: '' } : await keep(password, email)
      if (hashed === 'busy' || 'problem' in hashed) return hashed
      const now = clock()
      const ref = await writer.addAccount({ email, role, password: hashed.kept, createdAt: now })
      if (ref === null) return 'taken'
      onAccount()
      const has_password = password !== undefined
      const link = has_password ? null : await newWelcome(writer, { account: ref, baseUrl, now })
      const created_at = new Date(now).toISOString()
      return {
        account: { id: publicId('account', ref), email, role, has_password, created_at },
        link,
      }
    },

    async change({ id, email }, { role, password }) {
      const hashed = password === undefined ? null : await keep(password, email)
      if (hashed === 'busy' || (hashed && 'problem' in hashed)) return hashed
      const change: AccountChange = {
        ...(role && { role }),
        ...(hashed && { password: hashed.kept }),
      }
      return writer.changeAccount(refOf('account', id) ?? 0, change)
    },

    remove: ({ id }) => writer.removeAccount(refOf('account', id) ?? 0),
  }
}
