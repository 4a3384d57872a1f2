import type { KeyJson, SiteConsent, SiteJson } from '../store/shapes.ts'
import { listWords, maybeWhen, plural, type When } from './words.ts'

/** Sites: what may send, and what the tag of each begins with. */

export interface SiteRow {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly since: When | null
  readonly facts: string
  readonly generated: boolean
  /** One a line, as they are typed. */
  readonly origins: string
  readonly consent: SiteConsent
  readonly needsSignature: boolean
  /** Where its forms are sent. */
  readonly path: string
  readonly connectHref: string
  /** What removing it takes along, in sentences. */
  readonly goes: readonly string[]
}

/** What each mode means, in a sentence. */
export const CONSENTS: readonly {
  readonly value: SiteConsent
  readonly label: string
  readonly means: string
}[] = [
  {
    value: 'granted',
    label: 'Granted',
    means:
      'The tag measures at once; right where no consent is needed, or your banner loads the tag only after a yes.',
  },
  {
    value: 'pending',
    label: 'Pending',
    means:
      "The tag waits: nothing is sent or stored until your banner calls pique('consent', 'granted'), and then the page so far counts too.",
  },
  {
    value: 'denied',
    label: 'Denied',
    means:
      "The tag measures nothing until your banner calls pique('consent', 'granted'); what happened before stays unknown.",
  },
]

export function presentSites(
  sites: readonly SiteJson[],
  keys: readonly KeyJson[],
  now: number,
): SiteRow[] {
  return sites.map((site) => {
    const { id, name, key, origins, consent, require_signature: needsSignature } = site
    const bound = keys.filter((one) => one.site === id).map((one) => `“${one.name}”`)
    const where =
      origins.length === 0 ? 'any address may send' : plural(origins.length, 'address', 'addresses')
    const label = CONSENTS.find(({ value }) => value === consent)?.label.toLowerCase() ?? consent
    return {
      id,
      name,
      key,
      since: maybeWhen(site.created_at, now),
      facts: [where, `consent ${label}`, ...(needsSignature ? ['signed identify only'] : [])].join(
        ' · ',
      ),
      generated: site.generated,
      origins: origins.join('\n'),
      consent,
      needsSignature,
      path: `/settings/sites/${id}`,
      connectHref: `/connect?site=${id}`,
      goes: [
        'Its tag is refused from then on, and this can’t be taken back: a new site has a new key.',
        bound.length === 0
          ? 'No program has a key of this site.'
          : `${plural(bound.length, 'key')} of this site will be gone: ${listWords(bound)}.`,
        'Leads and visits that it brought stay until they are erased or their time is over.',
      ],
    }
  })
}
