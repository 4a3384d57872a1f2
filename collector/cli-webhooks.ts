import { existsSync, readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { siteNamed } from './cli-site.ts'
import { change } from './cli-sites.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { EXIT_BAD_SETTINGS, SETTINGS } from './config.ts'
import { parseInstant } from './http/api-instant.ts'
import { mannerOf } from './http/webhook-asked.ts'
import { publicId, refOf } from './store/ids.ts'
import type { WriteStore } from './store/store.ts'
import { FORMATS, type Format, maskedAddress } from './webhooks/kinds.ts'
import { EVENT_TYPES, type EventType } from './webhooks/news.ts'
import { newWebhookSecret } from './webhooks/sign.ts'
import { createTargets } from './webhooks/targets.ts'

interface StoreOption {
  readonly store: string
}

interface AddOptions extends StoreOption {
  readonly event?: readonly string[]
  readonly site?: string
  readonly personal?: boolean
  readonly format: Format
  readonly template?: string
  readonly webhookAllow: string
}

interface ReplayOptions extends StoreOption {
  readonly since?: string
  readonly until?: string
}

interface DeliveryOptions extends StoreOption {
  readonly state?: 'waiting' | 'delivered' | 'parked'
  readonly limit: string
}

const isEvent = (name: string): name is EventType => EVENT_TYPES.some((type) => type === name)

/** `pique webhook`: add, list, revoke; what was sent, and again. May be used while the collector runs. */
export function addWebhookCommands(program: Command, tools: CommandTools): void {
  const { print, complain } = tools
  const webhook = program.command('webhook').description('add, list or revoke webhooks')
  webhook
    .command('add <URL>')
    .description('have changes of leads sent there, and print the secret that signs them, once')
    .option(
      '--event <EVENT...>',
      `what to tell, of ${EVENT_TYPES.join(', ')}; if none everything, and to Slack new MQLs, SQLs and passed bars`,
    )
    .option('--site <ID>', 'only leads of one site')
    .option('--personal', 'send who a lead is, too, and what people wrote about it')
    .addOption(
      new Option('--format <FORMAT>', 'signed JSON for programs, Slack, or a text of your own')
        .choices(FORMATS)
        .default('standard'),
    )
    .option('--template <TEXT>', 'that text, with fields such as {{what}}; @FILE reads it')
    .addOption(
      new Option('--webhook-allow <CIDRS>', SETTINGS.webhookAllow.sentence)
        .env('PIQUE_WEBHOOK_ALLOW')
        .default(SETTINGS.webhookAllow.initial),
    )
    .addOption(storeOption())
    .action((url: string, options: AddOptions) => add(url, options, tools))
  webhook
    .command('list')
    .description('list the webhooks, without their secrets')
    .addOption(storeOption())
    .action(({ store }: StoreOption) =>
      withReader(store, complain, async (reader) => {
        for (const one of await reader.webhooks()) print(JSON.stringify(one))
      }),
    )
  webhook
    .command('revoke <ID>')
    .description('revoke a webhook: it is sent nothing more')
    .addOption(storeOption())
    .action((id: string, { store }: StoreOption) =>
      onStore(store, tools, (open) => {
        if (!open.webhooks.removeWebhook(refOf('webhook', id) ?? 0)) throw unknown(id)
        print(`revoked ${id}`)
      }),
    )
  webhook
    .command('deliveries <ID>')
    .description('list what a webhook was sent and is to be sent, newest first')
    .addOption(
      new Option('--state <STATE>', 'only these').choices(['waiting', 'delivered', 'parked']),
    )
    .option('--limit <NUMBER>', 'at most so many', '50')
    .addOption(storeOption())
    .action((id: string, { store, state, limit }: DeliveryOptions) =>
      withReader(store, complain, async (reader) => {
        if (!/^[1-9]\d{0,5}$/.test(limit)) {
          throw new Error(`--limit is "${limit}"; expected a whole number from 1`)
        }
        const asked = { limit: Number(limit), ...(state && { state }) }
        const found = await reader.deliveries(id, asked)
        if (found.kind !== 'found') throw unknown(id)
        for (const one of found.value.data) print(JSON.stringify(one))
      }),
    )
  webhook
    .command('replay <ID> [DELIVERY]')
    .description('send a delivery again, or without one all that were given up')
    .option('--since <WHEN>', 'only what was told then or later: a day or an instant')
    .option('--until <WHEN>', 'only what was told then or before')
    .addOption(storeOption())
    .action((id: string, delivery: string | undefined, options: ReplayOptions) =>
      onStore(options.store, tools, (open) => replay(open, { id, delivery, ...options }, tools)),
    )
  webhook
    .command('test <ID>')
    .description('have a running collector send a test; `deliveries` shows what came of it')
    .addOption(storeOption())
    .action((id: string, { store }: StoreOption) =>
      onStore(store, tools, (open) => {
        const ref = refOf('webhook', id)
        const message = ref === null ? null : open.webhooks.testWebhook(ref, tools.now())
        if (message === null) throw unknown(id)
        print(`${publicId('message', message)} is to be sent`)
      }),
    )
}

function add(url: string, options: AddOptions, tools: CommandTools): Promise<void> | undefined {
  const { print, complain, now } = tools
  const { store, event = null, site, personal: isFull = false, webhookAllow } = options
  const fail = (problem: string) => {
    complain(`pique: ${problem}`)
    process.exitCode = 1
  }
  const expected = SETTINGS.webhookAllow.check(webhookAllow)
  if (expected !== null) {
    complain(`pique: PIQUE_WEBHOOK_ALLOW is ${JSON.stringify(webhookAllow)}; expected ${expected}`)
    process.exitCode = EXIT_BAD_SETTINGS
    return
  }
  const allow = webhookAllow.split(',').flatMap((one) => one.trim() || [])
  const wrong = createTargets(allow).problemOf(url)
  if (wrong !== null) return void fail(`the address ${wrong}`)
  const wrongEvent = event?.find((one) => !isEvent(one))
  if (wrongEvent !== undefined) {
    return void fail(`--event is "${wrongEvent}"; expected ${EVENT_TYPES.join(', ')}`)
  }
  const events = event && EVENT_TYPES.filter((type) => event.includes(type))
  const template = readTemplate(options.template)
  if (!template.ok) return void fail(template.problem)
  const wish = { format: options.format, template: template.text }
  const manner = mannerOf(wish, { format: 'standard', template: null }, events)
  if (!manner.ok) return void fail(`--${manner.problem}`)
  return orComplain(store, complain, () =>
    change(
      store,
      (open) => {
        const siteRef = site === undefined ? null : siteNamed(open.sites(), site).ref
        const secret = newWebhookSecret()
        const { href } = new URL(url)
        const added = { url: href, events, site: siteRef, isFull, ...manner.manner }
        const ref = open.webhooks.addWebhook({ ...added, secret, createdAt: now() })
        const { format } = added
        const shown = format === 'standard' ? href : maskedAddress(href)
        print(JSON.stringify({ id: publicId('webhook', ref), url: shown, format, secret }))
      },
      tools,
    ),
  )
}

type ReadTemplate =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly problem: string }

function readTemplate(given: string | undefined): ReadTemplate {
  if (given === undefined || !given.startsWith('@')) return { ok: true, text: given }
  try {
    return { ok: true, text: readFileSync(given.slice(1), 'utf8').trim() }
  } catch {
    return { ok: false, problem: `--template names ${given.slice(1)}, which can not be read` }
  }
}

interface Replay extends Omit<ReplayOptions, 'store'> {
  readonly id: string
  readonly delivery: string | undefined
}

function replay(
  open: WriteStore,
  { id, delivery, since, until }: Replay,
  { print, now }: CommandTools,
): void {
  const ref = refOf('webhook', id)
  if (ref === null) throw unknown(id)
  // Changes nothing, and says whether there is one.
  if (!open.webhooks.changeWebhook(ref, {})) throw unknown(id)
  if (delivery === undefined) {
    const period = { since: instantOf('since', since), until: instantOf('until', until) }
    print(`${open.webhooks.replayParked(ref, period, now())} to be sent again`)
    return
  }
  if (since !== undefined || until !== undefined) {
    throw new Error('--since and --until are of all that were given up; name no delivery')
  }
  if (!open.webhooks.replayMessage(ref, refOf('message', delivery) ?? 0, now())) {
    throw new Error(`${id} has no ${delivery}; \`pique webhook deliveries ${id}\` shows them`)
  }
  print(`${delivery} is to be sent again`)
}

function instantOf(option: 'since' | 'until', text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = parseInstant(text, option === 'since' ? 'start' : 'end')
  if (at !== null) return at
  throw new Error(`--${option} is "${text}"; expected a day (2026-11-21) or an ISO 8601 instant`)
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

function unknown(id: string): Error {
  return new Error(`there is no webhook ${id}; \`pique webhook list\` shows them`)
}
