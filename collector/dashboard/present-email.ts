import type { IntakeJson } from '../store/mail-shapes.ts'
import type { SiteJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'
import type { ChoiceView } from './present-connect.ts'
import { type When, whenOf } from './words.ts'

/** E-mail on Connect: who tells what became of e-mails, and links that know who clicked. */

export const EMAIL = '/connect/email'
const INTAKES = `${EMAIL}/intakes`

/** With how each proves itself; others than these need a mapping, which only a file holds. */
export const PROVIDER_WORDS = {
  sendgrid: {
    name: 'SendGrid',
    secret: 'Verification key',
    steps: [
      'In SendGrid, open Settings › Mail Settings › Event Webhooks, and make a webhook with any address.',
      'Switch on its Signed Event Webhook, and copy the verification key into the form below.',
      'Then put the address that you are shown here in place of the first one, and tick opened, clicked, bounced, unsubscribed and spam reports.',
    ],
  },
  postmark: {
    name: 'Postmark',
    secret: null,
    steps: [
      'Add it below: the address that you are shown has its password in it.',
      'In Postmark, open your server’s message stream › Webhooks, and paste it as the webhook’s address.',
      'Tick open, link click, bounce, spam complaint and subscription change. For replies, paste it in the inbound stream too.',
    ],
  },
  mailgun: {
    name: 'Mailgun',
    secret: 'HTTP webhook signing key',
    steps: [
      'In Mailgun, copy the HTTP webhook signing key from your account’s API security into the form below.',
      'Open Sending › Webhooks, and paste the address that you are shown here for opened, clicked, failed, unsubscribed and complained.',
    ],
  },
  generic: {
    name: 'Another',
    secret: null,
    steps: [
      'Any provider that posts JSON will do; a short file says where its fields are, so it is added from the command line.',
    ],
  },
} as const
export type ProviderChoice = keyof typeof PROVIDER_WORDS

export function providerOf(text: string | undefined): ProviderChoice {
  const isKnown = text !== undefined && Object.hasOwn(PROVIDER_WORDS, text)
  return isKnown ? (text as ProviderChoice) : 'sendgrid' // just looked up
}

export interface IntakeRow {
  readonly provider: string
  readonly name: string
  readonly facts: string
  readonly since: When
  readonly removeAction: string
}

export interface IntakesView {
  readonly rows: readonly IntakeRow[]
  readonly choices: readonly ChoiceView[]
  readonly provider: ProviderChoice
  readonly providerName: string
  readonly secretLabel: string | null
  readonly steps: readonly string[]
  readonly action: string
  /** For providers that need a mapping. */
  readonly command: string | null
  readonly incomingHref: string
}

export function presentIntakes(
  intakes: readonly IntakeJson[],
  {
    site,
    sites,
    provider,
    home,
    now,
  }: {
    readonly site: SiteJson
    readonly sites: readonly SiteJson[]
    readonly provider: ProviderChoice
    readonly home: string
    readonly now: number
  },
): IntakesView {
  const keys = Object.keys(PROVIDER_WORDS) as ProviderChoice[] // the keys of a record of ours
  const { name, secret, steps } = PROVIDER_WORDS[provider]
  return {
    rows: intakes.map((one) => {
      const of = sites.find(({ id }) => id === one.site)?.name ?? one.site
      const more = one.creates_leads ? '; people nobody knows become leads' : ''
      const providerName = PROVIDER_WORDS[one.provider].name
      return {
        provider: one.provider === 'generic' ? one.name : providerName,
        name: one.name === one.provider || one.provider === 'generic' ? '' : one.name,
        facts: `For ${of}${more}`,
        since: whenOf(one.created_at, now),
        removeAction: hrefOf(`${INTAKES}/${one.id}/remove`, { site: site.id }),
      }
    }),
    choices: keys.map((key) => ({
      label: PROVIDER_WORDS[key].name,
      href: `${hrefOf(EMAIL, { site: site.id, from: key })}#add-title`,
      current: key === provider,
    })),
    provider,
    providerName: name,
    secretLabel: secret,
    steps,
    action: hrefOf(INTAKES, { site: site.id }),
    command:
      provider === 'generic'
        ? `pique intake add generic --site ${site.id} --mapping mapping.yaml --public-url ${home}`
        : null,
    incomingHref: hrefOf('/connect', { site: site.id, tab: 'incoming' }),
  }
}

export interface LinkForm {
  readonly page: string
  readonly email: string
  readonly campaign: string
}

export interface LinksView extends LinkForm {
  readonly action: string
  readonly placeholder: string
  readonly command: string
  readonly curl: string
  readonly days: number
}

export function presentLinkForm(
  site: SiteJson,
  { typed, home, days }: { readonly typed: LinkForm; readonly home: string; readonly days: number },
): LinksView {
  const page = `${site.origins[0] ?? 'https://shop.example'}/pricing`
  return {
    ...typed,
    action: hrefOf(`${EMAIL}/links`, { site: site.id }),
    placeholder: page,
    command: `pique link ${page} --email ada@example.com --site ${site.id}`,
    curl: [
      `curl --fail '${home}/api/v1/links?site=${site.id}' \\`,
      `  -H "authorization: Bearer $PIQUE_API_KEY" -H 'content-type: application/json' \\`,
      `  -d '{"url": "${page}", "email": "ada@example.com"}'`,
    ].join('\n'),
    days,
  }
}
