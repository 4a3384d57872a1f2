import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { GuardedEnv } from '../http/auth.ts'
import { MAX_FORM_BYTES } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { addAdjustmentAction, removeAdjustmentAction, unlinkAction } from './adjustment-screen.tsx'
import { createDashboardAssets } from './assets.ts'
import { dropAction, exportScreen, requeueAction } from './connect-actions.ts'
import { connectScreen, newWriteKeyAction, startCheckScreen } from './connect-screen.tsx'
import type { DashboardDeps } from './deps.ts'
import { leadsCsvScreen } from './lead-csv-screen.ts'
import { addViewForms, leadsScreen } from './leads-screen.tsx'
import { draftScreen, editScreen, MAX_DRAFT_BYTES } from './model-edit-screen.tsx'
import {
  diffScreen,
  fileScreen,
  goBackAction,
  historyScreen,
  modelScreen,
} from './model-screen.tsx'
import { addOutcomeForms } from './outcome-screen.tsx'
import { leadScreen, visitorScreen } from './person-screen.tsx'
import { eraseAction, heldScreen } from './privacy-screen.tsx'
import { createScreens } from './screens.ts'
import { sourcesFileScreen, sourcesScreen } from './sources-screen.tsx'
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
  const screens = createScreens({ app, ...deps })
  const { show, act } = screens
  app.route('/', createDashboardAssets())
  app.get('/', show('today', todayScreen(deps)))
  app.get('/live.json', show('today', liveScreen(deps)))
  addOutcomeForms(screens, deps)
  app.get('/leads', show('leads', leadsScreen(deps)))
  app.get('/leads.csv', show('leads', leadsCsvScreen(deps)))
  addViewForms(screens, deps)
  app.get('/leads/:id', show('leads', leadScreen(deps)))
  app.get('/leads/:id/export', show('leads', heldScreen(deps)))
  act('/leads/:id/erase', 'leads', '/leads', eraseAction(deps))
  act('/leads/:id/adjustment', 'leads', '/leads', addAdjustmentAction(deps))
  const undoAdjustment = '/leads/:id/adjustment/:adjustment/undo'
  act(undoAdjustment, 'leads', '/leads', removeAdjustmentAction(deps))
  act('/leads/:id/identity/:visitor/undo', 'leads', '/leads', unlinkAction(deps))
  app.get('/visitors', show('visitors', visitorsScreen(deps)))
  app.get('/visitors/:id', show('visitors', visitorScreen(deps)))
  app.get('/sources', show('sources', sourcesScreen(deps)))
  app.get('/sources.csv', show('sources', sourcesFileScreen(deps)))
  app.get('/model', show('model', modelScreen(deps)))
  app.get('/model/history', show('model', historyScreen(deps)))
  app.get('/model/diff', show('model', diffScreen(deps)))
  app.get('/model/versions/:version', show('model', fileScreen(deps)))
  app.get('/model/edit', show('model', editScreen(deps)))
  app.post('/model/edit', ofDrafts, show('model', draftScreen(deps)))
  act('/model/roll-back', 'model', '/model/history', goBackAction(deps))
  app.get('/connect', show('connect', connectScreen(deps)))
  app.post('/connect', limit, show('connect', startCheckScreen(deps)))
  act('/connect/write-key', 'connect', '/connect', newWriteKeyAction(deps))
  app.get('/connect/export', show('connect', exportScreen(deps)))
  const waiting = '/connect?tab=incoming#waiting'
  act('/connect/quarantine/:id/requeue', 'connect', waiting, requeueAction(deps))
  act('/connect/quarantine/:id/drop', 'connect', waiting, dropAction(deps))
  return app
}
