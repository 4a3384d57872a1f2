/**
 * What brought a visit, from the address it landed on and the page it came from. In this order:
 * `utm_source` and `utm_medium`; else a click id, which names its platform; else the referrer; else
 * `(direct)` / `(none)`. Words are kept as they were written; only the channel ignores case.
 */

import { CLICK_ID_PARAMS } from '../../shared/wire.ts'
import type { CleanUrl } from '../ingest/clean-url.ts'
import { type Channel, channelOf, isDisplayMedium, isPaidMedium } from './channel.ts'
import { CLICK_ID_ORIGINS, type ClickId } from './click-ids.ts'
import { isSameSite, knownHost } from './hosts.ts'

/** One touch. `clickId` names the parameter, its value is never kept; `paid` is what `ad_click` counts. */
export interface Touch {
  readonly channel: Channel
  readonly source: string
  readonly medium: string
  readonly campaign: string | null
  readonly content: string | null
  readonly term: string | null
  readonly clickId: string | null
  readonly paid: boolean
}

interface Came {
  readonly source: string
  readonly medium: string
}

const DIRECT: Came = { source: '(direct)', medium: '(none)' }
const NOT_SET = '(not set)'

/** The touch of a visit; `referrer` is an address, cleaned or not. */
export function touchOf(landing: CleanUrl | null, referrer: string | null): Touch {
  const param = (name: string): string | null => landing?.query.get(name) ?? null
  const clickId = CLICK_ID_PARAMS.find((name) => landing?.query.has(name)) ?? null
  const referrerHost = foreignHost(referrer, landing?.host ?? null)
  const { source, medium } = cameFrom(
    param('utm_source'),
    param('utm_medium'),
    clickId,
    referrerHost,
  )
  const campaign = param('utm_campaign')
  return {
    channel: channelOf({ source, medium, campaign, referrerHost, clickId }),
    source,
    medium,
    campaign,
    content: param('utm_content'),
    term: param('utm_term'),
    clickId,
    paid: clickId !== null || isPaidMedium(medium) || isDisplayMedium(medium),
  }
}

function cameFrom(
  source: string | null,
  medium: string | null,
  clickId: ClickId | null,
  referrerHost: string | null,
): Came {
  const implied = clickId === null ? null : CLICK_ID_ORIGINS[clickId]
  if (source !== null) return { source, medium: medium ?? NOT_SET }
  if (medium !== null) return { source: implied?.source ?? referrerHost ?? NOT_SET, medium }
  const referred = referrerHost === null ? null : referredBy(referrerHost)
  // Instagram's links carry `fbclid` too: the referrer knows better which of the two it was.
  if (clickId === 'fbclid' && referrerHost !== null && knownHost(referrerHost)?.kind === 'social') {
    return referred ?? CLICK_ID_ORIGINS.fbclid
  }
  return implied ?? referred ?? DIRECT
}

/** As GA4 names them: an engine by its name, everybody else by host; the sub-domains of one network are one. */
function referredBy(host: string): Came {
  const known = knownHost(host)
  if (known === null) return { source: host, medium: 'referral' }
  if (known.kind === 'search') return { source: known.name, medium: 'organic' }
  return { source: known.host, medium: known.kind === 'ai' ? 'ai-assistant' : 'referral' }
}

/** The referrer's host, without `www.`; null for the site itself, for no referrer, and for apps. */
function foreignHost(referrer: string | null, landingHost: string | null): string | null {
  if (referrer === null || !URL.canParse(referrer)) return null
  const url = new URL(referrer)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  if (landingHost !== null && isSameSite(url.hostname, landingHost)) return null
  return url.hostname.replace(/^www\./, '').replace(/\.$/, '')
}
