import { fieldOf } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { answer, unfound } from './answers.tsx'
import { FOR_OWNERS, isOwner } from './connect-actions.ts'
import type { DashboardDeps } from './deps.ts'
import { ErasedPage } from './erased.tsx'
import { leadHref } from './links.ts'
import { showLead } from './person-screen.tsx'
import { presentErased } from './present-erased.ts'
import type { Action, Screen } from './screens.ts'

/** What a person may ask of whoever knows them, from their page; for owners, as in the API. */

const CONFIRMATION = 'erase'

/** Everything that is held about a lead, as a file. */
export function heldScreen({ reader, retentionMonths }: DashboardDeps): Screen {
  return async (visit) => {
    const { c, site, now } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const id = c.req.param('id') ?? ''
    const held = await reader.held(id, site ? { site: site.id } : {}, { now, retentionMonths })
    if (held.kind !== 'found')
      return unfound(visit, held, { kind: 'lead', id, start: leadHref(id) })
    c.header('content-disposition', `attachment; filename="${held.value.lead.id}.json"`)
    return c.json(held.value, 200)
  }
}

export function eraseAction(deps: DashboardDeps): Action {
  return async (visit, form) => {
    const { c, site, now } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    if (fieldOf(form, 'confirm').trim().toLowerCase() !== CONFIRMATION) {
      const words = `Nothing is erased. Type “${CONFIRMATION}” to confirm that it should be.`
      return showLead(deps, visit, { tone: 'problem', words }, 400)
    }
    const id = c.req.param('id') ?? ''
    const wanted = { kind: 'lead', id, start: leadHref(id) } as const
    const lead = await deps.reader.leadRef(id, site ? { site: site.id } : {})
    if (lead.kind !== 'found') return unfound(visit, lead, wanted)
    const gone = await deps.erasing.eraseLead(lead.value)
    if (!gone) return unfound(visit, { kind: 'missing' }, wanted)
    const view = presentErased(gone, now)
    return answer(visit, 'Erased', <ErasedPage view={view} />)
  }
}
