import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { pageScript } from './page-script.ts'
import { modelScript } from './script-model.ts'
import { personScript } from './script-person.ts'
import { todayScript } from './script-today.ts'
import { baseStyles } from './stylesheet.ts'
import { connectStyles } from './stylesheet-connect.ts'
import { docsStyles } from './stylesheet-docs.ts'
import { importStyles } from './stylesheet-import.ts'
import { leadsStyles } from './stylesheet-leads.ts'
import { modelStyles } from './stylesheet-model.ts'
import { partStyles } from './stylesheet-parts.ts'
import { personStyles } from './stylesheet-person.ts'
import { settingsStyles } from './stylesheet-settings.ts'
import { sourcesStyles } from './stylesheet-sources.ts'
import { todayStyles } from './stylesheet-today.ts'
import { webhookStyles } from './stylesheet-webhooks.ts'

/**
 * The dashboard's own files, held in memory: no path of a request ever reaches a disk. Pages ask for
 * them with their hash, so an upgrade shows at once and nothing is fetched twice.
 */

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#a63a1c"/><path d="M4 17l5-4 3 2.5L16 7l4 10" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`

const STYLES = [
  baseStyles,
  partStyles,
  personStyles,
  settingsStyles,
  todayStyles,
  leadsStyles,
  sourcesStyles,
  modelStyles,
  connectStyles,
  webhookStyles,
  importStyles,
  docsStyles,
]
const SCRIPTS = [pageScript, todayScript, personScript, modelScript]

interface Asset {
  readonly body: string
  readonly type: string
  readonly hash: string
}

export type AssetName = 'dashboard.css' | 'dashboard.js' | 'dashboard.svg'

const ASSETS: Readonly<Record<AssetName, Asset>> = {
  'dashboard.css': asset(STYLES.join(''), 'text/css; charset=utf-8'),
  'dashboard.js': asset(SCRIPTS.join(''), 'text/javascript; charset=utf-8'),
  'dashboard.svg': asset(ICON, 'image/svg+xml'),
}

function asset(body: string, type: string): Asset {
  return { body, type, hash: createHash('sha256').update(body).digest('hex').slice(0, 16) }
}

export function assetUrl(name: AssetName): string {
  return `/assets/${name}?v=${ASSETS[name].hash}`
}

/** `/assets/*`. Holds no data of anybody, so it may stand in front of the session guard, for the sign-in page. */
export function createDashboardAssets(): Hono {
  const app = new Hono()
  for (const [name, { body, type, hash }] of Object.entries(ASSETS)) {
    const etag = `"${hash}"`
    app.get(`/assets/${name}`, (c) => {
      const named = c.req.query('v') === hash
      c.header('etag', etag)
      c.header('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache')
      c.header('x-content-type-options', 'nosniff')
      if (knows(c.req.header('if-none-match'), etag)) return c.body(null, 304)
      return c.body(body, 200, { 'content-type': type })
    })
  }
  return app
}

function knows(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((held) => held.trim().replace(/^W\//, '') === etag)
}
