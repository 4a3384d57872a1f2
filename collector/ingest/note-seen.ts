import { holdAt } from '../identity/claims.ts'
import { viewKeyOf } from '../scoring/derive.ts'
import { dayOf } from '../scoring/tables.ts'
import type {
  BrowserState,
  NewEvent,
  NewPlacedEvent,
  SessionState,
  ViewState,
} from '../store/store.ts'
import type { Group } from './fold.ts'

/** First and last seen of the visitor, and the row of the event's view. */
export function noteSeen({ browser, session, event }: NewPlacedEvent, group: Group): void {
  const visitor = browser.visitors[holdAt(browser.visitors, event.at)]
  if (visitor) {
    visitor.firstAt = Math.min(visitor.firstAt, event.at)
    visitor.lastAt = Math.max(visitor.lastAt, event.at)
    group.changes.visitors.set(visitor, browser)
    if (visitor.lead !== null) group.changes.changedLeads.add(visitor.lead)
  }
  if (event.type === 'user_engagement') notePing(browser, session, event, group)
  else if (event.view !== null && !browser.views.has(event.view)) {
    addView(browser, event.view, group)
  }
}

function addView(browser: BrowserState, key: string, group: Group): ViewState {
  const view: ViewState = {
    n: ++browser.lastView,
    key,
    session: null,
    url: null,
    startAt: Number.POSITIVE_INFINITY,
    engagedMs: 0,
    isMixed: false,
  }
  browser.views.set(key, view)
  group.changes.views.set(view, browser)
  return view
}

/**
 * The view of a ping: begun at the smallest `view_at`. Counts can be folded as long as its pings
 * come from one session and one address and it does not move to another day or holder.
 */
function notePing(
  browser: BrowserState,
  session: SessionState,
  event: NewEvent,
  group: Group,
): void {
  const key = viewKeyOf(event)
  const view = browser.views.get(key) ?? addView(browser, key, group)
  const startAt = Math.min(view.startAt, event.viewAt ?? event.at)
  group.changes.views.set(view, browser)
  if (view.session === null) {
    view.session = session.ref
    view.url = event.url
  } else {
    view.isMixed ||= view.session !== session.ref || view.url !== event.url
    const moves =
      dayOf(startAt) !== dayOf(view.startAt) ||
      holdAt(browser.visitors, startAt) !== holdAt(browser.visitors, view.startAt)
    if (view.isMixed || moves) group.rederived.add(browser)
  }
  view.startAt = startAt
}
