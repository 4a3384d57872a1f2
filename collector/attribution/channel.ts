/**
 * The channel of a visit: GA4's default channel group, by its rules for manually tagged traffic
 * (support.google.com/analytics/answer/9756891, as published in 2026: with "retargeting" among the
 * paid mediums, and the AI assistant channel that was added on 13 May 2026). The first rule that
 * holds decides; nothing is case-sensitive.
 *
 * Where this differs from GA4: "AI Assistants" is one channel whether the assistant was recognised by
 * its referrer or tagged its links (`utm_source=chatgpt.com`), and with our own list of assistants;
 * the ad network of a Google click is unknown here, so an untagged `gclid` is Paid Search.
 *
 * The published regular expressions are written out as substring tests: linear, whatever is sent.
 */

import { clickOrigin } from './click-ids.ts'
import { type HostKind, kindOfSource, knownHost } from './hosts.ts'

export type Channel =
  | 'Direct'
  | 'Cross-network'
  | 'Paid Shopping'
  | 'Paid Search'
  | 'Paid Social'
  | 'Paid Video'
  | 'Display'
  | 'Paid Other'
  | 'AI Assistants'
  | 'Organic Shopping'
  | 'Organic Social'
  | 'Organic Video'
  | 'Organic Search'
  | 'Referral'
  | 'Email'
  | 'Affiliates'
  | 'Audio'
  | 'SMS'
  | 'Mobile Push Notifications'
  | 'Unassigned'

interface Origin {
  readonly source: string | null
  readonly medium: string | null
  readonly campaign?: string | null
  readonly referrerHost?: string | null
  /** Name of the click id parameter of the landing. */
  readonly clickId?: string | null
}

const UNSET: ReadonlySet<string> = new Set(['', '(not set)', '(none)'])
const DISPLAY: ReadonlySet<string> = new Set([
  'display',
  'banner',
  'expandable',
  'interstitial',
  'cpm',
])
const SOCIAL: ReadonlySet<string> = new Set([
  ...['social', 'social-network', 'social-media', 'sm', 'social network', 'social media'],
])
const EMAIL: ReadonlySet<string> = new Set(['email', 'e-mail', 'e_mail', 'e mail'])
const REFERRAL: ReadonlySet<string> = new Set(['referral', 'app', 'link'])
const PAID: Readonly<Record<HostKind, Channel>> = {
  shopping: 'Paid Shopping',
  search: 'Paid Search',
  social: 'Paid Social',
  video: 'Paid Video',
  ai: 'Paid Other',
}

/** The channel of a visit that came like this. */
export function channelOf(origin: Origin): Channel {
  const source = fold(origin.source)
  const written = fold(origin.medium)
  const campaign = fold(origin.campaign)
  const referrer = fold(origin.referrerHost)
  const click = clickOrigin(origin.clickId)
  const isUntagged = UNSET.has(source) || source === '(direct)' || source === 'direct'
  // What was written wins; where nothing was, a click id says how the click was paid.
  const medium = UNSET.has(written) ? (click?.medium ?? written) : written
  if (isUntagged && UNSET.has(medium) && click === null && referrer === '') return 'Direct'
  if (campaign.includes('cross-network')) return 'Cross-network'
  const kind = isUntagged
    ? (kindOfSource(click?.source ?? '') ?? knownHost(referrer)?.kind ?? null)
    : kindOfSource(source)
  const isShop = kind === 'shopping' || isShopCampaign(campaign)
  const isPaid = isPaidMedium(medium)
  if (isPaid && isShop) return 'Paid Shopping'
  if (isPaid && kind !== null) return PAID[kind]
  if (DISPLAY.has(medium)) return 'Display'
  if (isPaid) return 'Paid Other'
  if (kind === 'ai' || medium === 'ai-assistant') return 'AI Assistants'
  if (isShop) return 'Organic Shopping'
  if (kind === 'social' || SOCIAL.has(medium)) return 'Organic Social'
  if (kind === 'video' || medium.includes('video')) return 'Organic Video'
  if (kind === 'search' || medium === 'organic') return 'Organic Search'
  return otherChannel(source, medium, isUntagged && referrer !== '')
}

function otherChannel(source: string, medium: string, hasOnlyReferrer: boolean): Channel {
  if (REFERRAL.has(medium) || (hasOnlyReferrer && UNSET.has(medium))) return 'Referral'
  if (EMAIL.has(source) || EMAIL.has(medium)) return 'Email'
  if (medium === 'affiliate') return 'Affiliates'
  if (medium === 'audio') return 'Audio'
  if (source === 'sms' || medium === 'sms') return 'SMS'
  const isPush =
    medium.endsWith('push') || medium.includes('mobile') || medium.includes('notification')
  return isPush || source === 'firebase' ? 'Mobile Push Notifications' : 'Unassigned'
}

/** GA4's `^(.*cp.*|ppc|retargeting|paid.*)$`. */
export function isPaidMedium(medium: string): boolean {
  const folded = fold(medium)
  if (folded === 'ppc' || folded === 'retargeting') return true
  return folded.includes('cp') || folded.startsWith('paid')
}

/** GA4's list of display mediums; paid, though its paid expression does not cover them. */
export function isDisplayMedium(medium: string): boolean {
  return DISPLAY.has(fold(medium))
}

/** GA4's `^(.*(([^a-df-z]|^)shop|shopping).*)$`: "eshop" and "my-shop" are shops, "workshop" is not. */
function isShopCampaign(campaign: string): boolean {
  if (campaign.includes('shopping')) return true
  for (let at = campaign.indexOf('shop'); at >= 0; at = campaign.indexOf('shop', at + 4)) {
    const before = at === 0 ? '' : campaign.charAt(at - 1)
    if (before === 'e' || before < 'a' || before > 'z') return true
  }
  return false
}

function fold(text: string | null | undefined): string {
  return (text ?? '').trim().toLowerCase()
}
