import { adjustmentBody, milliOf } from '../http/api-outcomes.ts'
import { audited } from '../http/audit.ts'
import { fieldOf } from '../http/form.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { NewAdjustment } from '../store/standing.ts'
import { unfound, type Visit } from './answers.tsx'
import type { DashboardDeps } from './deps.ts'
import { hrefOf, leadHref } from './links.ts'
import { createTurns } from './outcome-screen.tsx'
import { showLead } from './person-screen.tsx'
import type { Action } from './screens.ts'

/** What the forms of a lead's page change: points by hand, and links that were wrong. */

/** The lead that a form's address names: its number, or the page that says why there is none. */
async function askLead({ reader }: DashboardDeps, visit: Visit) {
  const id = visit.c.req.param('id') ?? ''
  const scope = visit.site ? { site: visit.site.id } : {}
  const lead = await reader.leadRef(id, scope)
  if (lead.kind === 'found') return { ref: lead.value, path: leadHref(id), site: visit.site?.id }
  return unfound(visit, lead, { kind: 'lead', id, start: leadHref(id) })
}

const problem = (words: string) => ({ tone: 'problem', words }) as const

/** Nobody adjusts a score in the same way twice that fast: it is a second click. */
const SECOND_CLICK_MS = 3000

/** What the same form has just added, if it has. */
async function twinOf({ reader }: DashboardDeps, wanted: NewAdjustment): Promise<number | null> {
  const { lead, milli, label, at, by } = wanted
  const known = await reader.adjustments(publicId('lead', lead), {})
  const twin =
    known.kind === 'found' &&
    known.value.find(
      (one) =>
        milliOf(one.points) === milli &&
        one.reason === label &&
        one.by === by &&
        Math.abs(at - Date.parse(one.at)) < SECOND_CLICK_MS,
    )
  return twin ? refOf('adjustment', twin.id) : null
}

/** Adds points, or takes some; the limits are the API's. A second click adds nothing more. */
export function addAdjustmentAction(deps: DashboardDeps): Action {
  const inTurn = createTurns()
  return async (visit, form) => {
    const lead = await askLead(deps, visit)
    if (lead instanceof Response) return lead
    const points = fieldOf(form, 'points').trim().replace('−', '-')
    const given = { points: points === '' ? null : Number(points), reason: fieldOf(form, 'reason') }
    const read = adjustmentBody.safeParse(given)
    if (!read.success) {
      const [issue] = read.error.issues
      const words = `${issue?.path[0] === 'reason' ? 'The reason' : 'What is given or taken'} should be ${issue?.message}.`
      return showLead(deps, visit, problem(words), 400)
    }
    return inTurn(lead.ref, async () => {
      const wanted = {
        lead: lead.ref,
        milli: milliOf(read.data.points),
        label: read.data.reason,
        at: visit.now,
        by: visit.c.get('access').name,
      }
      const twin = await twinOf(deps, wanted)
      if (twin) audited(visit.c, null)
      const ref = twin ?? (await deps.writer.addAdjustment(wanted))
      if (ref === null)
        return unfound(visit, { kind: 'missing' }, { kind: 'lead', start: lead.path })
      const said = { site: lead.site, done: 'adjusted', adjustment: publicId('adjustment', ref) }
      return visit.c.redirect(hrefOf(lead.path, said), 303)
    })
  }
}

export function removeAdjustmentAction(deps: DashboardDeps): Action {
  return async (visit) => {
    const lead = await askLead(deps, visit)
    if (lead instanceof Response) return lead
    const ref = refOf('adjustment', visit.c.req.param('adjustment') ?? '')
    const had = ref !== null && (await deps.writer.removeAdjustment(lead.ref, ref, visit.now))
    if (!had) {
      return showLead(deps, visit, problem('That adjustment was taken back already.'), 400)
    }
    return visit.c.redirect(hrefOf(lead.path, { site: lead.site, done: 'unadjusted' }), 303)
  }
}

/** Undoes the link of a visitor to the lead. Nothing but a new claim makes it again. */
export function unlinkAction(deps: DashboardDeps): Action {
  return async (visit) => {
    const lead = await askLead(deps, visit)
    if (lead instanceof Response) return lead
    const visitor = refOf('visitor', visit.c.req.param('visitor') ?? '')
    const undo = { lead: lead.ref, at: visit.now, by: visit.c.get('access').name }
    const had = visitor !== null && (await deps.writer.unlink({ visitor, ...undo }))
    if (!had) return showLead(deps, visit, problem('That link was undone already.'), 400)
    return visit.c.redirect(hrefOf(lead.path, { site: lead.site, done: 'unlinked' }), 303)
  }
}
