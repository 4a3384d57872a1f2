import { type Context, Hono } from 'hono'
import { type PrivacyView, renderPrivacy } from '../dashboard/privacy.tsx'

/** The day on which the statement about Global Privacy Control last changed. */
const GPC_SINCE = '2026-11-29'

/**
 * For everybody, and for owners to link from their policy: `/privacy` says what is collected and what the
 * visitor's own browser asks for; `/.well-known/gpc.json` says to programs that the wish is honoured.
 */
export function createPrivacyPage({ retentionMonths }: Pick<PrivacyView, 'retentionMonths'>): Hono {
  return new Hono()
    .get('/privacy', (c) => {
      c.header('cache-control', 'no-store')
      c.header('vary', 'Sec-GPC, DNT')
      return c.html(renderPrivacy({ signal: signalOf(c), retentionMonths }))
    })
    .get('/.well-known/gpc.json', (c) => {
      c.header('cache-control', 'public, max-age=86400')
      return c.json({ gpc: true, lastUpdate: GPC_SINCE })
    })
}

function signalOf(c: Context): PrivacyView['signal'] {
  if (c.req.header('sec-gpc') === '1') return 'gpc'
  return c.req.header('dnt') === '1' ? 'dnt' : null
}
