import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { byCommandLine } from './cli-audit.ts'
import { siteNamed } from './cli-site.ts'
import type { CommandTools } from './cli-store.ts'
import { noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { parseInstant } from './http/api-instant.ts'
import { hashSecret, newApiKey } from './http/auth.ts'
import { newSiteSecrets, newWriteKey } from './http/site-secrets.ts'
import { DAY_MS } from './scoring/tables.ts'
import { publicId, refOf } from './store/ids.ts'
import { openStore } from './store/open.ts'
import type { WriteStore } from './store/store.ts'

const SCOPES: readonly string[] = ['read', 'write', 'admin']

interface StoreOption {
  readonly store: string
}

interface SiteOptions extends StoreOption {
  readonly origin?: readonly string[]
  readonly requireSignature?: boolean
}

interface KeyOptions extends StoreOption {
  readonly scope: string[]
  readonly site?: string
  readonly expires?: string
}

/** `pique site` and `pique key`: add, list, revoke. They may be used while the collector runs. */
export function addSiteCommands(program: Command, tools: CommandTools): void {
  addSites(program.command('site').description('add, list or revoke sites'), tools)
  addKeys(program.command('key').description('add, list or revoke API keys'), tools)
}

function addSites(site: Command, tools: CommandTools): void {
  const { print, complain, now } = tools
  site
    .command('add <NAME>')
    .description('add a site and print its keys')
    .option(
      '--origin <ORIGIN...>',
      'origins that may send, such as https://shop.example; any if none',
    )
    .option('--require-signature', 'an `identify` from a page counts only with a signature')
    .addOption(storeOption())
    .action((name: string, options: SiteOptions) => {
      const { store, origin = [], requireSignature: needsSignature = false } = options
      const origins = origin.map((one) => (URL.canParse(one) ? new URL(one).origin : null))
      const wrong = origin.find((_, i) => origins[i] === null || origins[i] === 'null')
      if (wrong !== undefined) {
        complain(`pique: --origin is "${wrong}"; expected an origin such as https://shop.example`)
        process.exitCode = 1
        return
      }
      if (!isName(name, complain)) return
      const { siteKey, writeKey, signingSecret } = newSiteSecrets()
      const addTo = (open: WriteStore) => {
        const added = open.addSite({
          name,
          key: siteKey,
          writeKey,
          signingSecret,
          origins: origins.filter((one) => one !== null),
          needsSignature,
          isGenerated: false,
          createdAt: now(),
        })
        const subject = publicId('site', added.ref)
        open.addAudit(byCommandLine({ at: now(), action: 'site.added', subject }))
        print(
          JSON.stringify({
            id: publicId('site', added.ref),
            name,
            key: siteKey,
            write_key: writeKey,
            signing_secret: signingSecret,
          }),
        )
      }
      return orComplain(store, complain, () => change(store, addTo, tools))
    })
  site
    .command('list')
    .description('list the sites')
    .addOption(storeOption())
    .action(({ store }: StoreOption) =>
      withReader(store, complain, async (reader) => {
        for (const one of await reader.sites()) print(JSON.stringify(one))
      }),
    )
  site
    .command('new-write-key <ID>')
    .description('make a new write key and print it, once; the one before is refused from then on')
    .addOption(storeOption())
    .action((id: string, { store }: StoreOption) =>
      orComplain(store, complain, () => {
        if (!existsSync(store)) throw noStoreAt(store)
        const writeKey = newWriteKey()
        const putInto = (open: WriteStore) => {
          if (!open.changeSite(refOf('site', id) ?? 0, { writeKey })) {
            throw new Error(`there is no site ${id}; \`pique site list\` shows them`)
          }
          const action = 'site.write_key_changed'
          open.addAudit(byCommandLine({ at: now(), action, subject: id }))
        }
        change(store, putInto, tools)
        print(JSON.stringify({ id, write_key: writeKey }))
      }),
    )
  site
    .command('revoke <ID>')
    .description('revoke a site: its tag is refused from then on')
    .addOption(storeOption())
    .action((id: string, { store }: StoreOption) => revoke({ kind: 'site', id, store }, tools))
}

function addKeys(key: Command, tools: CommandTools): void {
  const { print, complain, now } = tools
  key
    .command('add <NAME>')
    .description('add an API key and print it, once')
    .option('--scope <SCOPE...>', 'read, write or admin', ['read'])
    .option('--site <ID>', 'bind the key to one site')
    .option(
      '--expires <DAYS|DATE>',
      'refuse it after so many days, or after a day such as 2027-01-31',
    )
    .addOption(storeOption())
    .action((name: string, options: KeyOptions) => {
      const { store, scope, site, expires } = options
      if (!isName(name, complain)) return
      const wrong = scope.find((one) => !SCOPES.includes(one))
      if (wrong !== undefined) {
        complain(`pique: --scope is "${wrong}"; expected ${SCOPES.join(', ')}`)
        process.exitCode = 1
        return
      }
      const expiresAt = expires === undefined ? null : endOf(expires, now())
      if (expires !== undefined && expiresAt === null) {
        complain(
          `pique: --expires is "${expires}"; expected days to come, such as 90, or a day such as 2027-01-31`,
        )
        process.exitCode = 1
        return
      }
      const addTo = (open: WriteStore) => {
        const siteRef = site === undefined ? null : siteNamed(open.sites(), site).ref
        const secret = newApiKey()
        const ref = open.addKey({
          name,
          hash: hashSecret(secret),
          scopes: scope,
          site: siteRef,
          createdAt: now(),
          expiresAt,
        })
        const until = expiresAt !== null && { expires_at: new Date(expiresAt).toISOString() }
        const id = publicId('key', ref)
        const detail = scope.join(', ')
        open.addAudit(byCommandLine({ at: now(), action: 'key.added', subject: id, detail }))
        print(JSON.stringify({ id, name, scopes: scope, ...until, key: secret }))
      }
      return orComplain(store, complain, () => change(store, addTo, tools))
    })
  key
    .command('list')
    .description('list the keys, without their secrets')
    .addOption(storeOption())
    .action(({ store }: StoreOption) =>
      withReader(store, complain, async (reader) => {
        for (const one of await reader.keys()) print(JSON.stringify(one))
      }),
    )
  key
    .command('revoke <ID>')
    .description('revoke a key at once')
    .addOption(storeOption())
    .action((id: string, { store }: StoreOption) => revoke({ kind: 'key', id, store }, tools))
}

/** The same names as the API takes; complains of others. */
function isName(name: string, complain: CommandTools['complain']): boolean {
  const isRight = /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,100}$/u.test(name)
  if (!isRight) {
    complain(`pique: the name is ${JSON.stringify(name)}; expected 1 to 100 characters`)
    process.exitCode = 1
  }
  return isRight
}

/** When a key ends: so many days from now, or with a day (UTC); null for what is neither, or past. */
function endOf(text: string, now: number): number | null {
  const at = /^[1-9]\d{0,4}$/.test(text) ? now + Number(text) * DAY_MS : parseInstant(text, 'end')
  return at !== null && at > now ? at : null
}

/** A change beside a running collector. */
export function change(
  path: string,
  use: (store: WriteStore) => void,
  { now, instanceKey }: CommandTools,
): void {
  const store = openStore(path, 'beside', { now: now(), instanceKey: instanceKey ?? null })
  try {
    use(store)
  } finally {
    store.close()
  }
}

function revoke(
  { kind, id, store }: { kind: 'site' | 'key'; id: string; store: string },
  tools: CommandTools,
): Promise<void> {
  const { print, complain } = tools
  return orComplain(store, complain, () => {
    if (!existsSync(store)) throw noStoreAt(store)
    change(
      store,
      (open) => {
        const ref = refOf(kind, id)
        const wasThere =
          ref !== null && (kind === 'site' ? open.removeSite(ref) : open.removeKey(ref))
        if (!wasThere)
          throw new Error(`there is no ${kind} ${id}; \`pique ${kind} list\` shows them`)
        const action = kind === 'site' ? 'site.removed' : 'key.revoked'
        open.addAudit(byCommandLine({ at: tools.now(), action, subject: id }))
      },
      tools,
    )
    print(`revoked ${id}`)
  })
}
