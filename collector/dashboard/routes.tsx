import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { GuardedEnv } from '../http/auth.ts'
import { MAX_FORM_BYTES } from '../http/form.ts'
import { createDashboardAssets } from './assets.ts'
import { connectScreen, startCheckScreen } from './connect-screen.tsx'
import type { DashboardDeps } from './deps.ts'
import { leadsScreen } from './leads-screen.tsx'
import { addOutcomeForms } from './outcome-screen.tsx'
import { leadScreen, visitorScreen } from './person-screen.tsx'
import { createScreens } from './screens.ts'
import { liveScreen, todayScreen } from './today-screen.tsx'
import { visitorsScreen } from './visitors-screen.tsx'

const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => c.text('Too large', 413) })

/**
 * The dashboard's pages, to be mounted at `/`. Requests are taken as authorised: whoever mounts this
 * puts a session guard before it. Headers that hold for every answer (CSP and the like) are the
 * guard's too; these pages need no more than `'self'` for scripts, styles, forms and connections.
 */
export function createDashboard(deps: DashboardDeps): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>()
  const screens = createScreens({ app, ...deps })
  const { show } = screens
  app.route('/', createDashboardAssets())
  app.get('/', show('today', todayScreen(deps)))
  app.get('/live.json', show('today', liveScreen(deps)))
  addOutcomeForms(screens, deps)
  app.get('/leads', show('leads', leadsScreen(deps)))
  app.get('/leads/:id', show('leads', leadScreen(deps)))
  app.get('/visitors', show('visitors', visitorsScreen(deps)))
  app.get('/visitors/:id', show('visitors', visitorScreen(deps)))
  app.get('/connect', show('connect', connectScreen(deps)))
  app.post('/connect', limit, show('connect', startCheckScreen(deps)))
  return app
}
