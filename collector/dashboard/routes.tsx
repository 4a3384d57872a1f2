import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { GuardedEnv } from '../http/auth.ts'
import { MAX_FORM_BYTES } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { createDashboardAssets } from './assets.ts'
import { connectScreen, startCheckScreen } from './connect-screen.tsx'
import type { DashboardDeps } from './deps.ts'
import { leadsScreen } from './leads-screen.tsx'
import { draftScreen, editScreen, MAX_DRAFT_BYTES } from './model-edit-screen.tsx'
import {
  diffScreen,
  fileScreen,
  goBackAction,
  historyScreen,
  modelScreen,
} from './model-screen.tsx'
import { leadScreen, visitorScreen } from './person-screen.tsx'
import { createScreens } from './screens.ts'
import { liveScreen, todayScreen } from './today-screen.tsx'
import { visitorsScreen } from './visitors-screen.tsx'

const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => c.text('Too large', 413) })
const ofDrafts = bodyLimit({
  maxSize: MAX_DRAFT_BYTES,
  onError: (c) => refuse(c, 'model_too_large'),
})

/**
 * The dashboard's pages, to be mounted at `/`. Requests are taken as authorised: whoever mounts this
 * puts a session guard before it. Headers that hold for every answer (CSP and the like) are the
 * guard's too; these pages need no more than `'self'` for scripts, styles, forms and connections.
 */
export function createDashboard(deps: DashboardDeps): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>()
  const { show, act } = createScreens({ app, ...deps })
  app.route('/', createDashboardAssets())
  app.get('/', show('today', todayScreen(deps)))
  app.get('/live.json', show('today', liveScreen(deps)))
  app.get('/leads', show('leads', leadsScreen(deps)))
  app.get('/leads/:id', show('leads', leadScreen(deps)))
  app.get('/visitors', show('visitors', visitorsScreen(deps)))
  app.get('/visitors/:id', show('visitors', visitorScreen(deps)))
  app.get('/model', show('model', modelScreen(deps)))
  app.get('/model/history', show('model', historyScreen(deps)))
  app.get('/model/diff', show('model', diffScreen(deps)))
  app.get('/model/versions/:version', show('model', fileScreen(deps)))
  app.get('/model/edit', show('model', editScreen(deps)))
  app.post('/model/edit', ofDrafts, show('model', draftScreen(deps)))
  act('/model/roll-back', 'model', '/model/history', goBackAction(deps))
  app.get('/connect', show('connect', connectScreen(deps)))
  app.post('/connect', limit, show('connect', startCheckScreen(deps)))
  return app
}
