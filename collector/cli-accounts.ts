import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import { byCommandLine } from './cli-audit.ts'
import { change } from './cli-sites.ts'
import type { CommandTools } from './cli-store.ts'
import { noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { passwordProblem } from './http/password-rules.ts'
import { createPasswords } from './http/passwords.ts'
import { normalEmail } from './ingest/text.ts'
import { createSetupNote } from './setup-note.ts'
import { publicId, refOf } from './store/ids.ts'
import { type AccountJson, ROLES, type Role } from './store/shapes.ts'
import type { WriteStore } from './store/store.ts'

interface StoreOption {
  readonly store: string
}
interface PasswordOptions extends StoreOption {
  readonly passwordStdin?: boolean
}

/** Long enough that nobody guesses it, short enough to be typed once. */
const MADE_BYTES = 15

/** `pique account`: who may sign in. It works beside a running collector, so that a locked-out owner gets in. */
export function addAccountCommands(program: Command, tools: CommandTools): void {
  const { print, complain, now } = tools
  const account = program
    .command('account')
    .description('add, list or remove people who sign in, or set a password')

  const note = (open: WriteStore, action: string, ref: number, detail: string | null = null) =>
    open.addAudit(byCommandLine({ at: now(), action, subject: publicId('account', ref), detail }))

  /** Does a change of one existing account. */
  const withAccount = (
    email: string,
    store: string,
    work: (open: WriteStore, ref: number, email: string) => void,
  ) =>
    withReader(store, complain, async (reader) => {
      const known = (await reader.accounts()).find((one) => one.email === normalEmail(email))
      if (!known)
        throw new Error(`nobody has the e-mail ${email}; \`pique account list\` shows who has`)
      change(store, (open) => work(open, numberOf(known), known.email), tools)
    })

  account
    .command('add <EMAIL>')
    .description('add somebody; the password is made and printed once, unless it is given')
    .addOption(new Option('--role <ROLE>', 'what they may do').choices(ROLES).default('owner'))
    .option('--password-stdin', 'read the password from standard input')
    .addOption(storeOption())
    .action((raw: string, options: PasswordOptions & { role: Role }) =>
      orComplain(options.store, complain, async () => {
        const { store, role } = options
        if (!existsSync(store)) throw noStoreAt(store)
        const email = normalEmail(raw)
        if (email === null) throw new Error(`${JSON.stringify(raw)} is no e-mail address`)
        const { kept, made } = await passwordFor(email, options)
        change(
          store,
          (open) => {
            const createdAt = now()
            const ref = open.accounts.addAccount({ email, role, password: kept, createdAt })
            if (ref === null) throw new Error(`somebody has the e-mail ${email} already`)
            note(open, 'account.added', ref, role)
          },
          tools,
        )
        createSetupNote(store).remove()
        print(JSON.stringify({ email, role, ...made }))
      }),
    )
  account
    .command('list')
    .description('list who may sign in')
    .addOption(storeOption())
    .action(({ store }: StoreOption) =>
      withReader(store, complain, async (reader) => {
        for (const one of await reader.accounts()) print(JSON.stringify(one))
      }),
    )
  account
    .command('remove <EMAIL>')
    .description('remove somebody, and sign them out everywhere')
    .addOption(storeOption())
    .action((typed: string, { store }: StoreOption) =>
      withAccount(typed, store, (open, ref, email) => {
        if (open.accounts.removeAccount(ref) === 'last_owner') {
          throw new Error(`${email} is the last owner; make somebody else owner first`)
        }
        note(open, 'account.removed', ref)
        print(`removed ${email}`)
      }),
    )
  account
    .command('password <EMAIL>')
    .description('set a new password, and sign them out everywhere')
    .option('--password-stdin', 'read the password from standard input')
    .addOption(storeOption())
    .action((typed: string, options: PasswordOptions) =>
      orComplain(options.store, complain, async () => {
        const { kept, made } = await passwordFor(normalEmail(typed) ?? '', options)
        await withAccount(typed, options.store, (open, ref, email) => {
          open.accounts.changeAccount(ref, { password: kept })
          note(open, 'account.password_set', ref)
          print(JSON.stringify({ email, ...made }))
        })
      }),
    )
}

/** What to keep, and the password where it was made here. */
async function passwordFor(email: string, { passwordStdin = false }: PasswordOptions) {
  const given = passwordStdin ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : null
  const problem = given === null ? null : passwordProblem(given, email)
  if (problem !== null) throw new Error(problem)
  const password = given ?? randomBytes(MADE_BYTES).toString('base64url')
  const kept = await createPasswords().hash(password)
  if (kept === null) throw new Error('the password could not be hashed')
  return { kept, made: given === null ? { password } : {} }
}

function numberOf({ id }: AccountJson): number {
  return refOf('account', id) ?? 0
}
