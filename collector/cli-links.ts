import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { byCommandLine } from './cli-audit.ts'
import { siteOrOnly } from './cli-site.ts'
import { change } from './cli-sites.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption } from './cli-store.ts'
import {
  MOST_LINK_DAYS,
  makeEmailLinks,
  problemOfTarget,
  USUAL_LINK_DAYS,
} from './ingest/email-link.ts'
import { normalEmail, normalUserId } from './ingest/text.ts'
import { publicId } from './store/ids.ts'
import type { WriteStore } from './store/store.ts'

interface LinkOptions {
  readonly store: string
  readonly site?: string
  readonly email?: string
  readonly user?: string
  readonly campaign?: string
  readonly expires: string
}

/** `pique link`: an address for one person's e-mail. May be used while the collector runs. */
export function addLinkCommand(program: Command, tools: CommandTools): void {
  const { complain } = tools
  program
    .command('link <URL>')
    .description('make the address of a page for an e-mail to one person, and print it')
    .option('--site <ID>', 'of which site; needed where there are several')
    .option('--email <EMAIL>', 'whom the e-mail goes to')
    .option('--user <ID>', 'the same by user id')
    .option('--campaign <NAME>', 'utm_campaign, where the address has none')
    .option('--expires <DAYS>', 'how long it says who came', String(USUAL_LINK_DAYS))
    .addOption(storeOption())
    .action((url: string, options: LinkOptions) =>
      orComplain(options.store, complain, () => {
        if (!existsSync(options.store)) throw noStoreAt(options.store)
        change(options.store, (store) => make(store, url, options, tools), tools)
      }),
    )
}

function make(
  store: WriteStore,
  url: string,
  { site, email: rawEmail, user, campaign, expires }: LinkOptions,
  { print, now }: CommandTools,
): void {
  const of = siteOrOnly(store.sites(), site)
  const email = rawEmail === undefined ? null : normalEmail(rawEmail)
  const id = user === undefined ? null : normalUserId(user)
  if (rawEmail !== undefined && email === null) throw new Error('--email is no e-mail address')
  if (id && !id.ok) throw new Error('--user is no id of a user')
  const userId = id?.ok ? id.value : null
  if (email === null && userId === null)
    throw new Error('say whose link it is with --email or --user')
  if (!/^[1-9]\d{0,3}$/.test(expires) || Number(expires) > MOST_LINK_DAYS) {
    throw new Error(`--expires is "${expires}"; expected days from 1 to ${MOST_LINK_DAYS}`)
  }
  const asked = { url, email, userId, campaign: campaign ?? null }
  const problem = problemOfTarget(asked, of.origins)
  if (problem !== null) throw new Error(`the address ${problem}`)
  const links = { site: of.ref, links: [asked], now: now(), days: Number(expires) }
  const [made] = makeEmailLinks(store, links) ?? []
  if (!made) throw new Error('the link could not be made')
  const subject = publicId('emailLink', made.ref)
  store.addAudit(byCommandLine({ at: now(), action: 'links.made', subject, detail: '1' }))
  const expiresAt = new Date(made.expiresAt).toISOString()
  print(JSON.stringify({ id: subject, address: made.address, expires_at: expiresAt }))
}
