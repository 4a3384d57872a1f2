import type { RawDelivery } from '../ingest/pipeline.ts'
import { openWriterService } from '../ingest/writer-service.ts'
import { DAY_MS } from './calendar.ts'
import { generateHistory } from './history.ts'

const HISTORY_DAYS = 90
/** Deliveries in one commit while seeding. */
const GROUP = 250
/** A stage is decided when a group is committed: of the last days soon after it came to that, so that waits are true. */
const FRESH_DAYS = 7
const FRESH_SPAN_MS = 5 * 60_000
/** The shop's pages live under /demo, so the demo's model looks for key pages there too. */
const SHOP_PAGES: readonly (readonly [string, string])[] = [
  ['key: ["/pricing*"', 'key: ["/demo/pricing*", "/pricing*"'],
  ['careers: ["/careers*"', 'careers: ["/demo/careers*", "/careers*"'],
]

/** The default model, for the demo shop. */
export function demoModel(defaultModel: string): string {
  const renamed = defaultModel.replace('name: Default', 'name: Demo shop')
  return SHOP_PAGES.reduce((yaml, [from, to]) => {
    if (!yaml.includes(from)) throw new Error(`the default model has no ${from}`)
    return yaml.replace(from, to)
  }, renamed)
}

export interface SeedOptions {
  readonly store: string
  readonly model: string
  readonly now: number
  readonly origin: string
  readonly siteKey: string
  readonly secrets: { readonly writeKey: string; readonly signingSecret: string }
}

/** Fills an empty store with ninety days of the demo shop, through the pipeline that beacons take. */
export function seedDemo(options: SeedOptions): { readonly events: number } {
  const { store, model, now, origin, siteKey, secrets } = options
  // The shop has had its model since before its first visitor.
  const startedAt = now - HISTORY_DAYS * DAY_MS
  const service = openWriterService({
    store,
    initialModel: model,
    now: startedAt,
    isLimited: false,
  })
  service.addSite({
    name: 'Demo shop',
    key: siteKey,
    ...secrets,
    origins: [],
    needsSignature: false,
    isGenerated: true,
    createdAt: startedAt,
  })
  let events = 0
  let group: RawDelivery[] = []
  const commit = () => {
    for (const { status, body } of service.ingest(group)) {
      if (status !== 202) throw new Error(`the generated history was refused: ${body}`)
    }
    group = []
  }
  const history = generateHistory({ now, days: HISTORY_DAYS, origin, siteKey })
  for (const { receivedAt, userAgent, ip, body } of history) {
    events += body.events.length
    const isFresh = now - receivedAt < FRESH_DAYS * DAY_MS
    const begun = group[0]?.receivedAt ?? receivedAt
    if (isFresh && receivedAt - begun > FRESH_SPAN_MS) commit()
    group.push({ body: JSON.stringify(body), receivedAt, userAgent, origin: null, address: ip })
    if (group.length >= GROUP) commit()
  }
  if (group.length > 0) commit()
  service.look(now)
  while (service.work(now));
  service.close()
  return { events }
}
