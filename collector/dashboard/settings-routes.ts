import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { jsx } from 'hono/jsx'
import { type GuardedEnv, isOwnChange } from '../http/auth.ts'
import { MAX_FORM_BYTES } from '../http/form.ts'
import { isSafe } from '../http/own-page.ts'
import { refuse } from '../http/refuse.ts'
import { answer } from './answers.tsx'
import { doneWords, type NoticeView } from './notice.tsx'
import { presentFrame } from './present.ts'
import { presentTabs, SETTINGS_TABS, type SettingsTab } from './present-settings.ts'
import { Settings, type SettingsPanel } from './settings.tsx'
import { auditPart } from './settings-audit-routes.ts'
import { dataPart } from './settings-data-routes.ts'
import { erasePart } from './settings-erase-routes.ts'
import { keysPart } from './settings-keys-routes.ts'
import type {
  SettingsContext,
  SettingsDeps,
  SettingsPages,
  SettingsPart,
} from './settings-parts.ts'
import { ownPart, peoplePart } from './settings-people-routes.ts'
import { sitesPart } from './settings-sites-routes.ts'

export type { SettingsDeps } from './settings-parts.ts'

const PARTS: Readonly<Record<SettingsTab, SettingsPart>> = {
  people: peoplePart,
  sites: sitesPart,
  keys: keysPart,
  data: dataPart,
  erase: erasePart,
  audit: auditPart,
  you: ownPart,
}

const DONE: Readonly<Record<string, string>> = {
  password: 'Your password is changed, and you are signed out everywhere else.',
  role: 'The role is changed.',
  'sign-out': 'They are signed out everywhere.',
  removed: 'They can’t sign in any more.',
  revoked: 'The key is revoked.',
  site: 'The site is changed.',
  'site-removed': 'The site is removed; its tag is refused from now on.',
}

/**
 * Settings, to be mounted behind the guard. Everybody who has signed in changes their own password
 * here; the rest is the owner's. What worked leads back to its tab, what shows a secret does not.
 */
export function createSettings(deps: SettingsDeps): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>()
  const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => refuse(c, 'body_too_large') })

  app.use('/settings/*', limit, async (c, next) => {
    const startedAt = performance.now()
    c.header('cache-control', 'no-store')
    const isAllowed = isSafe(c) || isOwnChange(c) || c.get('access').role === 'owner'
    if (!isAllowed) return refuse(c, 'forbidden', 'this is for owners')
    await next()
    const took = (performance.now() - startedAt).toFixed(1)
    c.res.headers.set('server-timing', `total;dur=${took}`)
  })

  const pages: SettingsPages = {
    app,
    show: async (c, tab, notice = null) =>
      settingsPage(deps, c, { tab, panels: await panelsOf[tab](c), notice }),
    place: (c, tab, panels, notice = null) => settingsPage(deps, c, { tab, panels, notice }),
    refuse: (c, tab, words) => pages.show(c, tab, { tone: 'problem', words }),
    back: (c, tab, done) => c.redirect(`/settings/${tab}?done=${done}`, 303),
  }
  const made = Object.entries(PARTS).map(([tab, part]) => [tab, part(pages, deps)])
  const panelsOf: Record<SettingsTab, ReturnType<SettingsPart>> = Object.fromEntries(made)

  const open = (c: SettingsContext, tab: SettingsTab) => {
    const words = doneWords(DONE, c.req.query('done'))
    return pages.show(c, tab, words === undefined ? null : { tone: 'good', words })
  }
  const isOwner = (c: SettingsContext) => c.get('access').role === 'owner'
  app.get('/settings', (c) => open(c, isOwner(c) ? 'people' : 'you'))
  for (const { tab } of SETTINGS_TABS) {
    app.get(`/settings/${tab}`, (c) =>
      isOwner(c) || tab === 'you' ? open(c, tab) : c.redirect('/settings', 303),
    )
  }
  return app
}

interface Shown {
  readonly tab: SettingsTab
  readonly panels: readonly SettingsPanel[]
  readonly notice: NoticeView | null
}

async function settingsPage(
  { sites, clock, demo }: SettingsDeps,
  c: SettingsContext,
  { tab, panels, notice }: Shown,
): Promise<Response> {
  const known = await sites.list()
  const frame = (title: string) =>
    presentFrame({ title, section: 'settings', sites: known, site: null, demo })
  const visit = { c, now: clock(), sites: known, site: null, isUnknownSite: false, frame }
  const tabs = presentTabs(tab, c.get('access').role ?? 'viewer')
  const status = notice?.tone === 'problem' ? 400 : 200
  return answer(visit, 'Settings', jsx(Settings, { tabs, panels }), status, notice)
}
