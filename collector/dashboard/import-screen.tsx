import type { Context } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Child } from 'hono/jsx'
import type { Admin } from '../engine.ts'
import { audited } from '../http/audit.ts'
import { type GuardedEnv, mayUse } from '../http/auth.ts'
import { fileAnswer } from '../http/download.ts'
import type { Draft, Drafts, Waiting } from '../import/drafts.ts'
import { leadsTemplateCsv, rowsCsv, skippedCsv, templateCsv } from '../import/files.ts'
import { type LeadsFile, readLeads } from '../import/leads-plan.ts'
import { piecesOf } from '../import/pieces.ts'
import type { Plan, Planned } from '../import/plan.ts'
import { type PlannedFile, readPlan } from '../import/read-plan.ts'
import { MAX_FILE_BYTES } from '../import/table.ts'
import { type LeadsEnd, type TakenFate, takeLeads } from '../import/take-leads.ts'
import type { Reader } from '../store/reader.ts'
import type { SiteJson } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { answer, type Visit } from './answers.tsx'
import { ConnectFrame, NoSite } from './connect.tsx'
import { DryRun, ImportTab, Report } from './import.tsx'
import { LeadsRun } from './import-leads.tsx'
import type { NoticeView } from './notice.tsx'
import { presentTabs } from './present-connect.ts'
import {
  FORGOTTEN,
  type Holds,
  holdsOf,
  IMPORT,
  importTabHref,
  LEADS_TEMPLATE,
  presentDryRun,
  presentReport,
  presentUpload,
  TEMPLATE,
} from './present-import.ts'
import { presentLeadsReport, presentLeadsRun } from './present-import-leads.ts'
import { createScreens, type Screen } from './screens.ts'

/**
 * Outcomes and people from a CSV, for whoever may write: a file is read and kept for a while, its page says what it would
 * do, and adds it when told to. To be mounted behind the guard.
 */

export interface ImportPagesDeps {
  readonly reader: Pick<Reader, 'sites'> & Pick<InternalReader, 'leadRefsOf' | 'saidOf'>
  readonly writer: Pick<Admin, 'addOutcomes'>
  readonly drafts: Drafts
  readonly collect: LeadsEnd['collect']
  /** Where the collector is reached from outside, without a slash at the end. */
  readonly homeOf: (c: Context) => string
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly demo: boolean
}

/** What a form has beside its file. */
const MAX_BODY_BYTES = MAX_FILE_BYTES + 64 * 1024
/** Outcomes of one transaction, so that no event waits for many. */
const AT_ONCE = 200
const MAX_NAME_CHARS = 80
const TEMPLATE_FILE = { name: 'outcomes-template.csv', type: 'csv' } as const
const LEADS_TEMPLATE_FILE = { name: 'leads-template.csv', type: 'csv' } as const
const SKIPPED_FILE = { name: 'skipped.csv', type: 'csv' } as const
const NO_FILE = 'Choose a CSV file first.'
const TOO_LARGE = 'The file is over 5 MB: split it into parts.'
const BUSY =
  'The collector has too much to do just now, and some rows may be in. Import again in a moment: nobody is added twice.'
const NO_PROXY = { tone: 'note', words: '' } as const

export interface ImportPage {
  readonly home: string
  readonly what?: Holds
  readonly problem?: string
}

/** The tab of Connect. */
export function importPage(visit: Visit, site: SiteJson, page: ImportPage): Response {
  const { home, problem = '', what = holdsOf(visit.c.req.query('what')) } = page
  const wasForgotten = visit.c.req.query('done') === 'forgotten'
  const notice: NoticeView | null = wasForgotten ? { tone: 'problem', words: FORGOTTEN } : null
  const tab = <ImportTab view={presentUpload(site.id, { what, problem, home })} />
  return answer(visit, 'Import', framed(visit, site, tab), problem === '' ? 200 : 400, notice)
}

function framed(visit: Visit, site: SiteJson, page: Child) {
  const access = visit.c.get('access')
  const tabs = presentTabs(site, 'import', mayUse(access, 'admin'), mayUse(access, 'write'))
  return (
    <ConnectFrame siteName={site.name} tabs={tabs} glance={null} proxy={NO_PROXY}>
      {page}
    </ConnectFrame>
  )
}

export function createImportPages(deps: ImportPagesDeps): Hono<GuardedEnv> {
  const { reader, writer, drafts, clock, collect, homeOf } = deps
  const app = new Hono<GuardedEnv>()
  const { show, act } = createScreens({ app, ...deps })
  const start = importTabHref(undefined)

  const upload: Screen = async (visit) => {
    const { c, site, now } = visit
    if (!site) return answer(visit, 'Import', <NoSite />)
    const file = await fileOf(c)
    const what = file?.what ?? 'outcomes'
    const no = (problem: string) => importPage(visit, site, { home: homeOf(c), what, problem })
    if (!file || file.bytes === null) return no(NO_FILE)
    const { bytes, name } = file
    const read = await (what === 'leads' ? readLeads : readPlan)(
      reader,
      { bytes, site: site.id },
      now,
    )
    if (!read.ok) return no(withHint(read.problem, what))
    const { credential } = c.get('access')
    const id = drafts.put({ credential, site: site.id, name }, bytes, what)
    return c.redirect(pathOf({ id, site: site.id }), 303)
  }
  const tooLarge = show('connect', (visit) => {
    if (!visit.site) return answer(visit, 'Import', <NoSite />)
    const page = importPage(visit, visit.site, { home: homeOf(visit.c), problem: TOO_LARGE })
    return new Response(page.body, { status: 413, headers: page.headers })
  })
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    // What is left of the file is not read.
    onError: async (c) => tooLarge(c as Context<GuardedEnv>, async () => {}) as Promise<Response>,
  })

  /** The draft of the address and what its file would do now. */
  async function fileIn(draft: Draft, bytes: Uint8Array, now: number): Promise<PlannedFile> {
    const read = await readPlan(reader, { bytes, site: draft.site }, now)
    if (!read.ok) throw new Error('a file that could be read can’t be read again')
    return read.file
  }
  async function leadsIn(draft: Draft, bytes: Uint8Array, now: number): Promise<LeadsFile> {
    const read = await readLeads(reader, { bytes, site: draft.site }, now)
    if (!read.ok) throw new Error('a file that could be read can’t be read again')
    return read.file
  }
  async function skippedOf(draft: Draft, { what, bytes }: Waiting, now: number): Promise<string> {
    if (what === 'outcomes') {
      const { head, plan } = await fileIn(draft, bytes, now)
      return skippedCsv(head, plan.rows)
    }
    const { head, rows } = await leadsIn(draft, bytes, now)
    return rowsCsv(
      head,
      rows.filter(({ why }) => why !== ''),
    )
  }
  const draftOf = ({ c }: Visit) =>
    drafts.find(c.req.param('draft') ?? '', c.get('access').credential)
  const withDraft =
    (
      screen: (visit: Visit, draft: Draft, site: SiteJson) => Response | Promise<Response>,
    ): Screen =>
    (visit) => {
      const draft = draftOf(visit)
      const site = visit.sites.find(({ id }) => id === draft?.site)
      return draft && site
        ? screen(visit, draft, site)
        : visit.c.redirect(importTabHref(visit.site?.id, 'forgotten'), 303)
    }

  app.get(IMPORT, (c) => c.redirect(start, 303))
  app.post(IMPORT, limit, show('connect', upload))
  app.get(
    TEMPLATE,
    show('connect', ({ c }) => fileAnswer(c, TEMPLATE_FILE, templateCsv())),
  )
  app.get(
    LEADS_TEMPLATE,
    show('connect', ({ c }) => fileAnswer(c, LEADS_TEMPLATE_FILE, leadsTemplateCsv())),
  )
  app.get(
    `${IMPORT}/:draft`,
    show(
      'connect',
      withDraft(async (visit, draft, site) => {
        const { state } = draft
        if (state.kind === 'done') {
          const view =
            state.what === 'leads'
              ? presentLeadsReport(draft, state.counts)
              : presentReport(draft, state.counts)
          return answer(visit, 'Imported', framed(visit, site, <Report view={view} />))
        }
        return waitingPage(visit, draft, site, state)
      }),
    ),
  )
  app.get(
    `${IMPORT}/:draft/skipped.csv`,
    show(
      'connect',
      withDraft(async ({ c, now }, draft) => {
        const { state } = draft
        if (state.kind === 'done') return fileAnswer(c, SKIPPED_FILE, state.skipped)
        return fileAnswer(c, SKIPPED_FILE, await skippedOf(draft, state, now))
      }),
    ),
  )
  act(`${IMPORT}/:draft/add`, 'connect', start, (visit) => {
    const { c } = visit
    audited(c, null)
    return withDraft(async (_, draft) => {
      await drafts.finish(draft, async ({ what, bytes }) => {
        if (what !== 'outcomes') return null
        const { head, plan } = await fileIn(draft, bytes, clock())
        const rows = await added(plan, c.get('access').name)
        const counts = { new: 0, known: 0, nobody: 0, unreadable: 0 }
        for (const { fate } of rows) counts[fate] += 1
        if (counts.new > 0) audited(c, { subject: draft.site, detail: `${counts.new} outcomes` })
        return { kind: 'done', what, counts, skipped: await skippedCsv(head, rows) }
      })
      return c.redirect(pathOf(draft), 303)
    })(visit)
  })
  act(`${IMPORT}/:draft/add-leads`, 'connect', start, (visit) => {
    const { c } = visit
    audited(c, null)
    return withDraft(async (_, draft, site) => {
      await drafts.finish(draft, async ({ what, bytes }) => {
        if (what !== 'leads') return null
        const { head, rows } = await leadsIn(draft, bytes, clock())
        const taken = await takeLeads(rows, { collect, site: site.key, clock })
        const counts: Record<TakenFate, number> = {
          new: 0,
          there: 0,
          same: 0,
          erased: 0,
          unreadable: 0,
        }
        for (const { fate } of taken ?? []) counts[fate] += 1
        const isSome = taken === null || counts.new + counts.there > 0
        if (isSome) audited(c, { subject: draft.site, detail: `${counts.new} leads` })
        if (taken === null) return null
        const skipped = taken.filter(({ why }) => why !== '')
        return { kind: 'done', what, counts, skipped: await rowsCsv(head, skipped) }
      })
      const isDone = drafts.find(draft.id, draft.credential)?.state.kind === 'done'
      return c.redirect(`${pathOf(draft)}${isDone ? '' : '&done=busy'}`, 303)
    })(visit)
  })
  return app

  async function waitingPage(visit: Visit, draft: Draft, site: SiteJson, state: Waiting) {
    const { c, now } = visit
    if (state.what === 'leads') {
      const file = await leadsIn(draft, state.bytes, now)
      const run = <LeadsRun view={presentLeadsRun(draft, file)} />
      const isBusy = c.req.query('done') === 'busy'
      const notice: NoticeView | null = isBusy ? { tone: 'problem', words: BUSY } : null
      return answer(visit, 'Import', framed(visit, site, run), 200, notice)
    }
    const { plan, unused } = await fileIn(draft, state.bytes, now)
    const run = <DryRun view={presentDryRun({ draft, ...plan, unused })} />
    return answer(visit, 'Import', framed(visit, site, run))
  }

  /** Adds what the plan says, and what became of each row: somebody may have been faster. */
  async function added({ rows, toAdd }: Plan, by: string): Promise<readonly Planned[]> {
    const missed = new Map<number, 'known' | 'nobody'>()
    for (const some of piecesOf(toAdd, AT_ONCE)) {
      const recordedAt = clock()
      const fates = await writer.addOutcomes(
        some.map(({ line: _, who: __, ...one }) => ({ ...one, by, recordedAt })),
      )
      for (const [place, { line }] of some.entries()) {
        const fate = fates[place]
        if (fate !== undefined && fate !== 'new') missed.set(line, fate)
      }
    }
    return rows.map((row) => {
      const fate = missed.get(row.judged.row.line)
      if (fate === undefined || row.fate !== 'new') return row
      return { ...row, fate, why: fate === 'known' ? 'it is known already' : 'the lead is gone' }
    })
  }
}

function pathOf({ id, site }: Pick<Draft, 'id' | 'site'>): string {
  return `${IMPORT}/${id}?site=${site}`
}

/** Whoever brings people to where decisions are asked for is told where they belong. */
function withHint(problem: string, what: Waiting['what']): string {
  const isOfPeople = what === 'outcomes' && problem.startsWith('No column says what happened')
  return isOfPeople ? `${problem} A file that lists people belongs under “People” above.` : problem
}

interface Uploaded {
  readonly what: Waiting['what']
  /** Null where the form has no file. */
  readonly bytes: Uint8Array | null
  readonly name: string
}

/** Null of what is no form. */
async function fileOf(c: Context): Promise<Uploaded | null> {
  const form = await c.req.parseBody().catch(() => null)
  if (form === null) return null
  const what = form.what === 'leads' ? 'leads' : 'outcomes'
  const { file } = form
  if (!(file instanceof File) || (file.name === '' && file.size === 0)) {
    return { what, bytes: null, name: '' }
  }
  const name = file.name.replace(/\p{Cc}|\p{Cs}/gu, '�')
  return {
    what,
    bytes: new Uint8Array(await file.arrayBuffer()),
    name: [...name].slice(0, MAX_NAME_CHARS).join(''),
  }
}
