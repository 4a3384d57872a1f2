import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { change } from './cli-sites.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { EXIT_BAD_SETTINGS, SETTINGS } from './config.ts'
import { publicId, refOf } from './store/ids.ts'
import type { WriteStore } from './store/store.ts'
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
  readonly webhookAllow: string
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
    .option('--event <EVENT...>', `what to tell, of ${EVENT_TYPES.join(', ')}; everything if none`)
    .option('--site <ID>', 'only leads of one site')
    .option('--personal', 'send who a lead is, too, and what people wrote about it')
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
    .addOption(storeOption())
    .action((id: string, delivery: string | undefined, { store }: StoreOption) =>
      onStore(store, tools, (open) => replay(open, { id, delivery }, tools)),
    )
}

function add(url: string, options: AddOptions, tools: CommandTools): Promise<void> | undefined {
  const { print, complain, now } = tools
  const { store, event = null, site, personal: isFull = false, webhookAllow } = options
  const expected = SETTINGS.webhookAllow.check(webhookAllow)
  if (expected !== null) {
    complain(`pique: PIQUE_WEBHOOK_ALLOW is ${JSON.stringify(webhookAllow)}; expected ${expected}`)
    process.exitCode = EXIT_BAD_SETTINGS
    return
  }
  const allow = webhookAllow.split(',').flatMap((one) => one.trim() || [])
  const wrong = createTargets(allow).problemOf(url)
  const wrongEvent = event?.find((one) => !isEvent(one))
  if (wrong !== null || wrongEvent !== undefined) {
    complain(
      wrong !== null
        ? `pique: the address ${wrong}`
        : `pique: --event is "${wrongEvent}"; expected ${EVENT_TYPES.join(', ')}`,
    )
    process.exitCode = 1
    return
  }
  return orComplain(store, complain, () =>
    change(
      store,
      (open) => {
        const siteRef = site === undefined ? null : refOf('site', site)
        if (site !== undefined && !open.sites().some(({ ref }) => ref === siteRef)) {
          throw new Error(`there is no site ${site}; \`pique site list\` shows them`)
        }
        const secret = newWebhookSecret()
        const events = event && EVENT_TYPES.filter((type) => event.includes(type))
        const added = { url: new URL(url).href, events, site: siteRef, isFull }
        const ref = open.webhooks.addWebhook({ ...added, secret, createdAt: now() })
        print(JSON.stringify({ id: publicId('webhook', ref), url: added.url, secret }))
      },
      tools,
    ),
  )
}

function replay(
  open: WriteStore,
  { id, delivery }: { readonly id: string; readonly delivery: string | undefined },
  { print, now }: CommandTools,
): void {
  const ref = refOf('webhook', id)
  if (ref === null) throw unknown(id)
  if (delivery === undefined) {
    print(`${open.webhooks.replayParked(ref, 0, now())} to be sent again`)
    return
  }
  if (!open.webhooks.replayMessage(ref, refOf('message', delivery) ?? 0, now())) {
    throw new Error(`${id} has no ${delivery}; \`pique webhook deliveries ${id}\` shows them`)
  }
  print(`${delivery} is to be sent again`)
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
