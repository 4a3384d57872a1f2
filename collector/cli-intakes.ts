import { existsSync, readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { parse } from 'yaml'
import { byCommandLine } from './cli-audit.ts'
import { siteOrOnly } from './cli-site.ts'
import { change } from './cli-sites.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { mappingBody } from './http/api-intakes.ts'
import { PROVIDERS, type Provider } from './intake/mail-events.ts'
import { intakeAddress, settledSecret } from './intake/set-up.ts'
import { publicId, refOf } from './store/ids.ts'
import type { WriteStore } from './store/store.ts'

interface AddOptions {
  readonly store: string
  readonly site?: string
  readonly name?: string
  readonly secretFile?: string
  readonly mapping?: string
  readonly createLeads?: boolean
  readonly publicUrl: string
}

/** Stands for the collector's address where nobody said it. */
const ANYWHERE = 'https://t.example.com'

/** `pique intake`: where providers of e-mail send their events. May be used while the collector runs. */
export function addIntakeCommands(program: Command, tools: CommandTools): void {
  const { print, complain } = tools
  const intake = program
    .command('intake')
    .description('take the events of providers of e-mail: add, list, revoke')
  intake
    .command('add <PROVIDER>')
    .description(`print the address to paste at ${PROVIDERS.join(', ')}`)
    .option('--site <ID>', 'of which site; needed where there are several')
    .option('--name <NAME>', 'what it is called here')
    .option('--secret-file <FILE>', 'a file with the provider’s key, - for standard input')
    .option('--mapping <FILE>', 'YAML or JSON: where the fields of a generic provider are')
    .option('--create-leads', 'make leads of people that nobody knows')
    .addOption(
      new Option('--public-url <URL>', 'where the collector is reached from outside')
        .env('PIQUE_PUBLIC_URL')
        .default(ANYWHERE),
    )
    .addOption(storeOption())
    .action((provider: string, options: AddOptions) =>
      onStore(options.store, tools, (store) => add(store, provider, options, tools)),
    )
  intake
    .command('list')
    .description('list the intakes, without their secrets')
    .addOption(storeOption())
    .action(({ store }: { readonly store: string }) =>
      withReader(store, complain, async (reader) => {
        for (const one of await reader.intakes()) print(JSON.stringify(one))
      }),
    )
  intake
    .command('revoke <ID>')
    .description('revoke an intake: what is sent there is refused')
    .addOption(storeOption())
    .action((id: string, { store }: { readonly store: string }) =>
      onStore(store, tools, (open) => {
        if (!open.mail.removeIntake(refOf('intake', id) ?? 0)) {
          throw new Error(`there is no intake ${id}; \`pique intake list\` shows them`)
        }
        open.addAudit(byCommandLine({ at: tools.now(), action: 'intake.removed', subject: id }))
        print(`revoked ${id}`)
      }),
    )
}

function add(
  store: WriteStore,
  given: string,
  options: AddOptions,
  { print, complain, now }: CommandTools,
): void {
  const { site, name, secretFile, mapping: file, createLeads: createsLeads = false } = options
  const provider = PROVIDERS.find((one) => one === given)
  if (!provider) throw new Error(`the provider is "${given}"; expected ${PROVIDERS.join(', ')}`)
  const of = siteOrOnly(store.sites(), site)
  const mapping = file === undefined ? null : mappingIn(file)
  const secret = secretFile === undefined ? null : readSecret(secretFile)
  const settled = settledSecret({ provider, secret, mapping })
  if (!settled.ok) throw new Error(settled.problem.replace(/^secret/, 'the secret (--secret-file)'))
  const settings = { createsLeads, mapping }
  const made = { site: of.ref, name: name ?? provider, provider, settings, createdAt: now() }
  const { ref, token } = store.mail.addIntake({ ...made, secret: settled.secret })
  const id = publicId('intake', ref)
  store.addAudit(
    byCommandLine({ at: now(), action: 'intake.added', subject: id, detail: provider }),
  )
  const collector = options.publicUrl.replace(/\/$/, '')
  const url = intakeAddress(collector, { token, provider, secret: settled.secret })
  print(JSON.stringify({ id, url, ...secretOf(provider, settled.secret) }))
  if (options.publicUrl === ANYWHERE) {
    complain(
      `pique: put your collector's own address in the place of ${ANYWHERE}; PIQUE_PUBLIC_URL says it for good`,
    )
  }
}

/** What has to be told to whoever sends. */
function secretOf(provider: Provider, secret: string) {
  return provider === 'generic' ? { secret } : {}
}

function readSecret(file: string): string {
  return readFileSync(file === '-' ? 0 : file, 'utf8').trim()
}

function mappingIn(file: string) {
  const read = mappingBody.safeParse(parse(readFileSync(file, 'utf8')))
  if (read.success) return read.data
  const { path, message } = read.error.issues[0] ?? { path: [], message: '' }
  throw new Error(`${file}: ${path.join('.') || 'the mapping'} is wrong; expected ${message}`)
}

function onStore(
  store: string,
  tools: CommandTools,
  use: (open: WriteStore) => void,
): Promise<void> {
  return orComplain(store, tools.complain, () => {
    if (!existsSync(store)) throw noStoreAt(store)
    change(store, use, tools)
  })
}
