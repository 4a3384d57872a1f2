import { audited } from '../http/audit.ts'
import { mayUse } from '../http/auth.ts'
import { exportAnswer, readExportAsk } from '../http/export-answer.ts'
import { refuse } from '../http/refuse.ts'
import { refOf } from '../store/ids.ts'
import { trouble, type Visit } from './answers.tsx'
import type { DashboardDeps } from './deps.ts'
import { hrefOf } from './links.ts'
import type { Action, Screen } from './screens.ts'

/** What owners do on Connect: take or delete what waits in quarantine, and download what is known. */

export const DONE: Readonly<Record<string, string>> = {
  taken: 'The event is taken, as if it had been when it came.',
  waits: 'The event can’t be taken yet; it goes on waiting.',
  dropped: 'The event is deleted.',
  gone: 'That event waits no more; somebody was faster.',
}

export const FOR_OWNERS = 'this is for owners'

export function isOwner({ c }: Visit): boolean {
  return mayUse(c.get('access'), 'admin')
}

export function requeueAction({ reader, writer }: DashboardDeps): Action {
  return onWaiting(reader, async (ref, { now }) => {
    const { taken } = await writer.requeue({ ref }, now)
    return taken > 0 ? 'taken' : 'waits'
  })
}

export function dropAction({ reader, writer }: DashboardDeps): Action {
  return onWaiting(reader, async (ref) =>
    (await writer.dropQuarantined(ref)) ? 'dropped' : 'gone',
  )
}

/** Does something to the event that the address names, and leads back to what came of it. */
function onWaiting(
  reader: DashboardDeps['reader'],
  work: (ref: number, visit: Visit) => Promise<keyof typeof DONE>,
): Action {
  return async (visit) => {
    const { c, site } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const ref = refOf('quarantined', c.req.param('id') ?? '')
    const isThere = ref !== null && (await reader.isQuarantined(ref, { site: site?.id }))
    const done = isThere ? await work(ref, visit) : 'gone'
    if (done === 'gone' || done === 'waits') audited(c, null)
    return c.redirect(
      `${hrefOf('/connect', { site: site?.id, tab: 'incoming', done })}#waiting`,
      303,
    )
  }
}

export function exportScreen({ reader, onBroken = () => {} }: DashboardDeps): Screen {
  return (visit) => {
    const { c, now, site } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const read = readExportAsk(c.req.query(), site?.id)
    if (read.ok) return exportAnswer(c, { reader, ask: read.ask, site, now, onBroken })
    return trouble(visit, 400, {
      title: 'This can’t be downloaded',
      points: [read.problem],
      links: [{ href: hrefOf('/connect', { site: site?.id, tab: 'export' }), label: 'Exports' }],
    })
  }
}
