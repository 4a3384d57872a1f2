import type { PlacedRow } from './deliveries.ts'

/** A row as a line that `readEventLine` reads as the same row. */
export function lineOfRow({ row, event }: PlacedRow): string {
  const { browser, server, human, cookieless, device, bot, skewMs } = row
  const { at, receivedAt, claim, props, ...said } = event
  const isClaim = event.type === 'identify'
  return JSON.stringify({
    ...said,
    at,
    ...(receivedAt !== undefined && { received_at: receivedAt }),
    browser,
    ...(cookieless && { cookieless }),
    server,
    human,
    ...(device !== null && { device }),
    ...(bot !== null && { bot }),
    ...(skewMs !== null && { skew_ms: skewMs }),
    ...(isClaim ? props && { claim: props } : props && { props }),
    ...(!isClaim && claim && { claim }),
  })
}
