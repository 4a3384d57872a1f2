import { audited } from '../http/audit.ts'
import { type Form, fieldOf, readForm } from '../http/form.ts'
import { createModelPublisher } from '../http/model-publish.ts'
import { EVENT_NAMES } from '../scoring/event-names.ts'
import { isSameFile, MAX_MODEL_BYTES, parseModel } from '../scoring/model.ts'
import { answer, trouble, type Visit } from './answers.tsx'
import type { DashboardDeps } from './deps.ts'
import { Editor, type EditView, type OvertakenView } from './model-edit.tsx'
import { applyForm, modelForm } from './model-form.ts'
import { activeOf, isNote, mayEdit, NOTE_RULE, publishedHref } from './model-screen.tsx'
import type { NoticeView } from './notice.tsx'
import { presentDiff } from './present-versions.ts'
import {
  noPreview,
  type PreviewView,
  presentWhatIf,
  samePreview,
  wrongPreview,
} from './present-what-if.ts'
import type { Screen } from './screens.ts'
import { whenOf } from './words.ts'

/**
 * The editor of the model. A draft lives in the page and nowhere else: every answer gives it back as it
 * was sent, so nothing is lost by a mistake. Who may only read gets no editor: trying out models would
 * tell them, guess by guess, which addresses are known.
 */

/** Of a form with a model in it: the file, and the fields beside it. */
export const MAX_DRAFT_BYTES = MAX_MODEL_BYTES + 64 * 1024

/** A draft as somebody works on it. */
interface Draft {
  readonly as: EditView['as']
  readonly yaml: string
  readonly base: number
  readonly note: string
}

export function editScreen(deps: DashboardDeps): Screen {
  return async (visit) => {
    if (!mayEdit(visit)) return visit.c.redirect('/model', 303)
    const [versions, active] = await Promise.all([
      deps.reader.modelVersions(),
      activeOf(deps.reader),
    ])
    const base = versions[0]?.version ?? active.version
    const wanted = Number(visit.c.req.query('from') ?? base)
    const found = Number.isSafeInteger(wanted) ? await deps.reader.model(wanted) : null
    if (found?.kind !== 'found') return trouble(visit, 404, NO_START)
    const yaml = unixLines(found.value.yaml)
    const note = found.value.version === base ? '' : `Back to version ${found.value.version}`
    return editorPage(visit, { as: wayOf(visit), yaml, base, note }, noPreview())
  }
}

const NO_START = {
  title: 'There is no such version to start from',
  points: ['Versions are numbered from 1; the history lists them all.'],
  links: [{ href: '/model/edit', label: 'Start from the newest' }],
}

/** Takes a draft: shows what it would change, or publishes it. */
export function draftScreen(deps: DashboardDeps): Screen {
  const publisher = createModelPublisher(deps)
  return async (visit) => {
    const { c } = visit
    const form = await readForm(c)
    const draft = draftOf(visit, form)
    // It reads all leads under the draft, and publishing does that itself.
    const preview = () => previewOf(deps, visit, draft)
    if (c.req.header('accept') === 'application/json') {
      const overtaken = await overtakenOf(deps, visit, draft.base)
      return c.json({ ...(await preview()), overtaken: overtaken?.words ?? '' })
    }
    const over = baseOf(fieldOf(form, 'over'))
    if (over > 0) return editorPage(visit, { ...draft, base: over }, await preview())
    const overtaken = await overtakenOf(deps, visit, draft.base)
    const isPublishing = fieldOf(form, 'do') === 'publish'
    const isWrong = !parseModel(draft.yaml).ok
    const status = overtaken && isPublishing ? 409 : isWrong ? 400 : 200
    const again = async (notice: NoticeView | null, answered: typeof status = status) =>
      editorPage(visit, draft, await preview(), { overtaken, notice, status: answered })
    if (!isPublishing || isWrong || overtaken) return again(null)
    if (draft.note === '') return again(NO_NOTE, 400)
    if (!isNote(draft.note)) return again({ tone: 'problem', words: NOTE_RULE }, 400)
    const { name: by } = c.get('access')
    const done = await publisher.publish({ ...draft, by })
    if (done.kind === 'published') {
      audited(c, { detail: `version ${done.version}` })
      return c.redirect(publishedHref(done, draft.base), 303)
    }
    if (done.kind === 'unchanged') return again(UNCHANGED, 400)
    const faster = await overtakenOf(deps, visit, draft.base)
    return editorPage(visit, draft, await preview(), {
      overtaken: faster,
      notice: null,
      status: 409,
    })
  }
}

const NO_NOTE: NoticeView = {
  tone: 'problem',
  words: 'Not published yet: say in the note what changes and why, for whoever reads the history.',
}
const UNCHANGED: NoticeView = {
  tone: 'problem',
  words: 'There is nothing to publish: the draft is what the newest version says.',
}

function draftOf(visit: Visit, form: Form): Draft {
  const yaml = unixLines(fieldOf(form, 'yaml'))
  const isForm = fieldOf(form, 'mode') === 'form' && isShort(yaml)
  return {
    as: wayOf(visit),
    yaml: isForm ? applyForm(yaml, form) : yaml,
    base: baseOf(fieldOf(form, 'base')),
    note: fieldOf(form, 'note').trim(),
  }
}

/** Browsers send the lines of a field with a carriage return each. */
function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

function wayOf({ c }: Visit): EditView['as'] {
  return c.req.query('as') === 'yaml' ? 'yaml' : 'form'
}

function baseOf(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0
}

function isShort(yaml: string): boolean {
  return Buffer.byteLength(yaml) <= MAX_MODEL_BYTES
}

async function previewOf({ reader }: DashboardDeps, { now }: Visit, draft: Draft) {
  const parsed = parseModel(draft.yaml)
  if (!parsed.ok) return wrongPreview(parsed.problems, draft.yaml)
  const active = await activeOf(reader)
  if (isSameFile(unixLines(active.yaml), draft.yaml)) return samePreview()
  const found = await reader.simulate(draft.yaml, {}, now)
  return presentWhatIf(found, parsed.warnings ?? [], draft.yaml)
}

/** What was published since the draft was begun; null where nothing was. */
async function overtakenOf(
  { reader }: DashboardDeps,
  { now }: Visit,
  base: number,
): Promise<OvertakenView | null> {
  const newest = (await reader.modelVersions())[0]
  if (!newest || newest.version === base) return null
  const [was, is] = await Promise.all([reader.model(base), reader.model(newest.version)])
  const when = whenOf(newest.published_at, now).words
  const note = newest.note === '' ? '' : `, with the note “${newest.note}”`
  return {
    newest: newest.version,
    words: `${newest.by || 'Somebody'} published version ${newest.version} ${when}${note}. Your draft does not have what it changed, and publishing it would take that back.`,
    diff: presentDiff(
      was.kind === 'found' ? was.value.yaml : '',
      is.kind === 'found' ? is.value.yaml : '',
    ),
  }
}

interface Beside {
  readonly overtaken: OvertakenView | null
  readonly notice: NoticeView | null
  readonly status: 200 | 400 | 409
}

const NOTHING: Beside = { overtaken: null, notice: null, status: 200 }

function editorPage(
  visit: Visit,
  draft: Draft,
  preview: PreviewView,
  { overtaken, notice, status }: Beside = NOTHING,
): Response {
  const form = draft.as === 'form' && isShort(draft.yaml) ? modelForm(draft.yaml) : null
  const groups = form?.groups.map(({ label }) => label) ?? []
  const view = { ...draft, form, preview, overtaken, groups, events: EVENT_NAMES }
  return answer(visit, 'Edit the model', <Editor view={view} />, status, notice)
}
