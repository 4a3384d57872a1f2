import { audited } from '../http/audit.ts'
import { mayUse, ownPath } from '../http/auth.ts'
import { type Form, fieldOf } from '../http/form.ts'
import { type OutcomeType, STAGE_AFTER } from '../scoring/stages.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { LeadJson } from '../store/shapes.ts'
import { trouble, unfound, type Visit } from './answers.tsx'
import type { DashboardDeps, DashboardReader } from './deps.ts'
import { leadHref } from './links.ts'
import type { NoticeView } from './notice.tsx'
import { readSaid } from './outcome-form.ts'
import {
  HAD_BEEN_TAKEN_BACK,
  presentAlready,
  presentSaid,
  presentTakenBack,
  saidHref,
} from './present-outcome.ts'
import type { Screens } from './screens.ts'

/**
 * What sales says of a lead, by forms of any screen, and the same taken back. Fields: `type`, `reason`,
 * `value`, `currency` as the API has them, and `back`, the page to return to. Saying what is so already,
 * as a second click does, records nothing.
 */
export function addOutcomeForms({ act }: Screens, deps: DashboardDeps): void {
  const { reader, writer, clock } = deps
  const inTurn = createTurns()

  act('/leads/:id/outcome', 'leads', '/leads', async (visit, form) => {
    const id = visit.c.req.param('id') ?? ''
    const back = backOf(form, id)
    const read = readSaid(form)
    if (!read.ok) return refused(visit, read.problems, back)
    const { said } = read
    const found = await reader.leadRef(id, { site: visit.site?.id })
    if (found.kind !== 'found') return unfound(visit, found, { kind: 'lead', id, start: '/leads' })
    return inTurn(found.value, async () => {
      const lead = publicId('lead', found.value)
      if (await isSoAlready(reader, lead, said.type, clock())) {
        audited(visit.c, null)
        return led(visit, back, { done: 'already', lead, type: said.type })
      }
      const [at, by] = [clock(), visit.c.get('access').name]
      const all = { ...said, lead: found.value, at, recordedAt: at, by }
      const ref = await writer.addOutcome(all)
      if (ref === null)
        return unfound(visit, { kind: 'missing' }, { kind: 'lead', start: '/leads' })
      audited(visit.c, { detail: said.type })
      return led(visit, back, { done: 'outcome', lead, outcome: publicId('outcome', ref) })
    })
  })

  act('/leads/:id/outcome/:outcome/undo', 'leads', '/leads', async (visit, form) => {
    const id = visit.c.req.param('id') ?? ''
    const found = await reader.leadRef(id, { site: visit.site?.id })
    if (found.kind !== 'found') return unfound(visit, found, { kind: 'lead', id, start: '/leads' })
    const ref = refOf('outcome', visit.c.req.param('outcome') ?? '')
    const had = ref !== null && (await writer.removeOutcome(found.value, ref, clock()))
    if (!had) audited(visit.c, null)
    const done = had ? 'undone' : 'gone'
    return led(visit, backOf(form, id), { done, lead: publicId('lead', found.value) })
  })
}

/** What to say at the top of the page that a form led back to; null where no form did. */
export async function outcomeNotice(
  reader: DashboardReader,
  visit: Visit,
): Promise<NoticeView | null> {
  const { c, now } = visit
  const { done, lead: id = '', outcome = '', type = '' } = c.req.query()
  if (done !== 'outcome' && done !== 'already' && done !== 'undone' && done !== 'gone') return null
  if (done === 'gone') return HAD_BEEN_TAKEN_BACK
  // The words are made from what is stored: an address that somebody made up says nothing.
  const lead = await reader.lead(id, {}, now)
  if (lead.kind !== 'found') return null
  if (done === 'undone') return presentTakenBack(lead.value)
  if (done === 'already') return presentAlready(lead.value, type)
  const outcomes = await reader.outcomes(id, {})
  const said = outcomes.kind === 'found' && outcomes.value.find((one) => one.id === outcome)
  if (!said) return null
  const { pathname, search } = new URL(c.req.url)
  const back = mayUse(c.get('access'), 'write') ? saidHref(pathname + search, {}) : null
  return presentSaid({ lead: lead.value, outcome: said, back })
}

/** Whether the lead is already what an outcome would make of it. */
async function isSoAlready(
  reader: DashboardReader,
  id: string,
  type: OutcomeType,
  now: number,
): Promise<boolean> {
  const stage = STAGE_AFTER[type]
  if (stage === null) return isInHand(reader, id)
  const lead = await reader.lead(id, {}, now)
  return lead.kind === 'found' && lead.value.stage === stage
}

/** Somebody works on it, and neither a promotion nor a recycling came after that. */
async function isInHand(reader: DashboardReader, id: LeadJson['id']): Promise<boolean> {
  const [outcomes, decisions] = await Promise.all([
    reader.outcomes(id, {}),
    reader.decisions(id, {}),
  ])
  if (outcomes.kind !== 'found' || decisions.kind !== 'found') return false
  const latest = outcomes.value.find(({ type }) => ['working_lead', 'recycle_lead'].includes(type))
  const promotion = decisions.value.find(
    ({ to, by }) => to === 'mql' && (by === 'score' || by === 'hand_raise'),
  )
  return latest?.type === 'working_lead' && latest.occurred_at >= (promotion?.at ?? '')
}

function refused(visit: Visit, points: readonly string[], back: string): Response {
  const title = 'This can’t be recorded'
  return trouble(visit, 400, { title, points, links: [{ href: back, label: 'Back' }] })
}

function backOf(form: Form, id: string): string {
  return ownPath(fieldOf(form, 'back') || leadHref(id))
}

function led(visit: Visit, back: string, said: Readonly<Record<string, string>>): Response {
  return visit.c.redirect(saidHref(back, said), 303)
}

/** Two clicks on one button arrive together: what is said of a lead is heard one after the other. */
export function createTurns() {
  const last = new Map<number, Promise<unknown>>()
  return async <T,>(lead: number, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(lead) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => {})
    last.set(lead, settled)
    try {
      return await turn
    } finally {
      if (last.get(lead) === settled) last.delete(lead)
    }
  }
}
