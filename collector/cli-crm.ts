import { existsSync, readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { siteNamed } from './cli-site.ts'
import { change } from './cli-sites.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { SETTINGS } from './config.ts'
import { isSecretOf, readMapping, readUrl, recordOf } from './crm/mapping.ts'
import { CRM_KINDS, type CrmKind } from './store/crm-store.ts'
import { publicId, refOf } from './store/ids.ts'
import { createTargets } from './webhooks/targets.ts'

export interface CrmTools extends CommandTools {
  /** What the environment gives: a token, or an id and a secret with a colon between them. */
  readonly crmSecret: string | undefined
}

interface StoreOption {
  readonly store: string
}

interface AddOptions extends StoreOption {
  readonly name?: string
  readonly mapping?: string
  readonly url?: string
  readonly site?: string
  readonly webhookAllow: string
}

const isKind = (text: string): text is CrmKind => CRM_KINDS.some((kind) => kind === text)
const SHOWN = 3

/** `pique crm`: which CRMs are kept in step with the leads. May be used while the collector runs. */
export function addCrmCommands(program: Command, tools: CrmTools): void {
  const { print, complain } = tools
  const crm = program
    .command('crm')
    .description('keep HubSpot or Salesforce in step with the leads')
  crm
    .command('add <KIND>')
    .description(
      `add one: ${CRM_KINDS.join(' or ')}; its token (of Salesforce ID:SECRET) comes from PIQUE_CRM_SECRET or stdin`,
    )
    .option('--name <NAME>', 'what it is called here')
    .option('--mapping <FILE>', 'YAML of which field gets what; usual names if none')
    .option('--url <URL>', 'where it is: of Salesforce https://YOURNAME.my.salesforce.com')
    .option('--site <ID>', 'only leads of one site')
    .addOption(allowOption())
    .addOption(storeOption())
    .action((kind: string, options: AddOptions) => add(kind, options, tools))
  crm
    .command('list')
    .description('list them, with how they stand, without their secrets')
    .addOption(storeOption())
    .action(({ store }: StoreOption) =>
      withReader(store, complain, async (reader) => {
        for (const one of await reader.crms()) print(JSON.stringify(one))
      }),
    )
  crm
    .command('remove <ID>')
    .description('remove one: it is sent nothing more, and keeps what it has')
    .addOption(storeOption())
    .action((id: string, { store }: StoreOption) =>
      orComplain(store, complain, () => {
        if (!existsSync(store)) throw noStoreAt(store)
        const remove = (open: { readonly crms: { removeCrm(ref: number): boolean } }) => {
          if (!open.crms.removeCrm(refOf('crm', id) ?? 0)) {
            throw new Error(`there is no CRM ${id}; \`pique crm list\` shows them`)
          }
          print(`removed ${id}`)
        }
        change(store, remove, tools)
      }),
    )
  crm
    .command('check <KIND>')
    .description('check a mapping, and show what it would send of three leads; sends nothing')
    .option('--mapping <FILE>', 'YAML of which field gets what; usual names if none')
    .addOption(storeOption())
    .action((kind: string, options: AddOptions) =>
      withReader(options.store, complain, async (reader) => {
        const { mapping } = mappingOf(kind, options)
        const found = await reader.leads({ limit: SHOWN }, tools.now())
        for (const lead of found.kind === 'found' ? found.value.data : []) {
          print(JSON.stringify({ lead: lead.id, record: recordOf(lead, mapping) }))
        }
      }),
    )
}

function allowOption(): Option {
  return new Option('--webhook-allow <CIDRS>', SETTINGS.webhookAllow.sentence)
    .env('PIQUE_WEBHOOK_ALLOW')
    .default(SETTINGS.webhookAllow.initial)
}

function mappingOf(kind: string, { mapping: file }: Pick<AddOptions, 'mapping'>) {
  if (!isKind(kind)) throw new Error(`KIND is "${kind}"; expected ${CRM_KINDS.join(' or ')}`)
  const read = readMapping(kind, file === undefined ? null : readFileSync(file, 'utf8'))
  if (!read.ok) throw new Error(`${file}: ${read.problem}`)
  return { kind, mapping: read.mapping }
}

function add(given: string, options: AddOptions, tools: CrmTools): Promise<void> | undefined {
  const { print, complain, now } = tools
  return orComplain(options.store, complain, () => {
    const { kind, mapping } = mappingOf(given, options)
    const expected = SETTINGS.webhookAllow.check(options.webhookAllow)
    if (expected !== null) throw new Error(`PIQUE_WEBHOOK_ALLOW is wrong; expected ${expected}`)
    const allow = options.webhookAllow.split(',').flatMap((one) => one.trim() || [])
    const place = readUrl(kind, options.url, createTargets(allow))
    if ('problem' in place) throw new Error(`--url ${place.problem}`)
    const secret = secretOf(kind, tools.crmSecret)
    change(
      options.store,
      (open) => {
        const asked = options.site
        const site = asked === undefined ? null : siteNamed(open.sites(), asked).ref
        const { name = kind } = options
        const settings = { ...mapping, ...place }
        const ref = open.crms.addCrm({ kind, name, site, settings, secret, createdAt: now() })
        print(JSON.stringify({ id: publicId('crm', ref), kind, name, url: place.url }))
      },
      tools,
    )
  })
}

/** Never on the command line, where every process may read it. */
function secretOf(kind: CrmKind, given: string | undefined): string {
  const secret = (given ?? readFileSync(0, 'utf8')).trim()
  if (isSecretOf(kind, secret)) return secret
  const what = kind === 'hubspot' ? 'the token of a private app' : 'CLIENT_ID:CLIENT_SECRET'
  throw new Error(`no secret came; expected ${what} in PIQUE_CRM_SECRET or on stdin`)
}
