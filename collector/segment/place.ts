import { isRecord } from '../ingest/props.ts'
import { firstText } from './flat.ts'

/** Where a message happened: its page, with the campaign that its context knows. */
export interface Place {
  readonly url?: string
  readonly referrer?: string
  readonly title?: string
}

const MAX_URL = 8_000
const CAMPAIGN: Readonly<Record<string, string>> = {
  name: 'utm_campaign',
  source: 'utm_source',
  medium: 'utm_medium',
  term: 'utm_term',
  content: 'utm_content',
}

/**
 * `properties` are given for a page alone: another event's `url` may be that of a product. An address that
 * is none is left out, and the event stays.
 */
export function placeOf(context: unknown, properties: unknown = null): Place {
  const known = isRecord(context) ? context : {}
  const page = isRecord(known.page) ? known.page : {}
  const own = isRecord(properties) ? properties : {}
  const url = addressOf(own.url) ?? addressOf(page.url)
  const referrer = firstText(own.referrer, page.referrer)
  const title = firstText(own.title, page.title)
  return {
    ...(url && { url: withCampaign(url, known.campaign) }),
    ...(referrer !== null && { referrer }),
    ...(title !== null && { title }),
  }
}

function addressOf(value: unknown): URL | null {
  if (typeof value !== 'string' || value.length > MAX_URL || !URL.canParse(value)) return null
  const url = new URL(value)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
}

/** Only where the address itself names no campaign: what the browser saw is what happened. */
function withCampaign(url: URL, campaign: unknown): string {
  const hasOwn = [...url.searchParams.keys()].some((key) => key.startsWith('utm_'))
  if (hasOwn || !isRecord(campaign)) return url.href
  for (const [key, parameter] of Object.entries(CAMPAIGN)) {
    const value = firstText(campaign[key])
    if (value !== null && value.length <= 200) url.searchParams.set(parameter, value)
  }
  return url.href
}
