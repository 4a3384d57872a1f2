import { audited } from '../http/audit.ts'
import { mayUse } from '../http/auth.ts'
import { fileAnswer } from '../http/download.ts'
import { fieldOf } from '../http/form.ts'
import { createModelPublisher, isUnfound, type ModelPublisher } from '../http/model-publish.ts'
import { parseModel } from '../scoring/model.ts'
import type { ModelJson, ModelVersionJson } from '../store/shapes.ts'
import { answer, trouble, type Visit } from './answers.tsx'
import type { DashboardDeps } from './deps.ts'
import { hrefOf } from './links.ts'
import { Model, type ModelFrame } from './model.tsx'
import { Difference, History } from './model-history.tsx'
import type { NoticeView } from './notice.tsx'
import { presentModel } from './present-rules.ts'
import { countingWords, presentDiff, presentHistory } from './present-versions.ts'
import type { Action, Screen } from './screens.ts'
import { plural, whenOf } from './words.ts'

/** The model: its rules, its versions, what changed between two, and the way back to one. */

export function mayEdit({ c }: Visit): boolean {
  return mayUse(c.get('access'), 'write')
}

export function modelScreen({ reader, writer }: DashboardDeps): Screen {
  return async (visit) => {
    const { c, now } = visit
    const [stored, versions, lately, counting] = await Promise.all([
      activeOf(reader),
      reader.modelVersions(),
      reader.rulesLately(now),
      writer.modelProgress(),
    ])
    const parsed = parseModel(stored.yaml)
    if (!parsed.ok) throw new Error(`the active model is wrong: ${parsed.problems[0]}`)
    const chosen = c.req.query('rule')
    const view = presentModel({ stored, model: parsed.model, lately, chosen, now })
    const frame: ModelFrame = {
      at: 'rules',
      mayEdit: mayEdit(visit),
      about: aboutOf(stored, now),
      counting: countingWords(counting, stored.version),
    }
    const page = <Model view={view} frame={frame} />
    return answer(visit, 'Model', page, 200, noticeOf(visit, versions))
  }
}

function aboutOf({ name, version, by, published_at }: ModelJson, now: number): string {
  return `${name}, version ${version}, published ${whenOf(published_at, now).words}${by ? ` by ${by}` : ''}`
}

export async function activeOf(reader: DashboardDeps['reader']): Promise<ModelJson> {
  const found = await reader.model()
  if (found.kind !== 'found') throw new Error('no model is published in this store')
  return found.value
}

export function historyScreen({ reader, writer }: DashboardDeps): Screen {
  return async (visit) => {
    const [versions, counting] = await Promise.all([reader.modelVersions(), writer.modelProgress()])
    const view = presentHistory(versions, counting, visit.now)
    const page = <History view={view} frame={historyFrame(visit, view.counting, versions)} />
    return answer(visit, 'Versions of the model', page)
  }
}

function historyFrame(
  visit: Visit,
  counting: string | null,
  versions: readonly ModelVersionJson[],
): ModelFrame {
  const about = plural(versions.length, 'version')
  return { at: 'history', mayEdit: mayEdit(visit), about, counting }
}

const NO_VERSION = {
  title: 'There is no such version',
  points: ['Versions are numbered from 1; the history lists them all.'],
  links: [{ href: '/model/history', label: 'Versions of the model' }],
}

export function diffScreen({ reader, writer }: DashboardDeps): Screen {
  return async (visit) => {
    const { c, now } = visit
    const [versions, counting] = await Promise.all([reader.modelVersions(), writer.modelProgress()])
    const history = presentHistory(versions, counting, now)
    const from = versionOf(c.req.query('from') ?? String(history.from))
    const to = versionOf(c.req.query('to') ?? String(history.to))
    const [before, after] = await Promise.all([reader.model(from), reader.model(to)])
    if (before.kind !== 'found' || after.kind !== 'found') return trouble(visit, 404, NO_VERSION)
    const newest = versions[0]?.version ?? 1
    const back =
      mayEdit(visit) && to < newest && before.value.version === newest
        ? { version: to, base: newest, editHref: hrefOf('/model/edit', { from: String(to) }) }
        : null
    const page = (
      <Difference
        view={{ choices: history.choices, from, to }}
        diff={presentDiff(before.value.yaml, after.value.yaml)}
        back={back}
        frame={historyFrame(visit, history.counting, versions)}
      />
    )
    return answer(visit, `Version ${from} and version ${to}`, page)
  }
}

/** 0, which no version is, for what is no number. */
function versionOf(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0
}

/** A version's file, as it was published. */
export function fileScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const { c } = visit
    const version = versionOf(c.req.param('version') ?? '')
    const found = await reader.model(version)
    if (found.kind !== 'found') return trouble(visit, 404, NO_VERSION)
    const name = `pique-model-${version}.yaml`
    return fileAnswer(c, { name, type: 'yaml' }, found.value.yaml)
  }
}

export function goBackAction({ reader, writer, clock }: DashboardDeps): Action {
  const publisher = createModelPublisher({ reader, writer, clock })
  return async (visit, form) => {
    const [version, base] = [versionOf(fieldOf(form, 'version')), versionOf(fieldOf(form, 'base'))]
    const note = fieldOf(form, 'note').trim()
    if (!isNote(note)) return refused(visit, [NOTE_RULE], 400)
    const by = visit.c.get('access').name
    const done = await publisher.goBack(version, { note, by, base })
    if (isUnfound(done)) return trouble(visit, 404, NO_VERSION)
    if (done.kind === 'unchanged') {
      audited(visit.c, null)
      return visit.c.redirect('/model', 303)
    }
    if (done.kind === 'invalid') {
      return refused(
        visit,
        ['This version needs changes first, in the editor.', ...done.problems],
        400,
      )
    }
    if (done.kind === 'overtaken') {
      const said = `Version ${done.newest} was published meanwhile. Look at it first, then go back if you still want to.`
      return refused(visit, [said], 409)
    }
    audited(visit.c, { detail: `version ${version}, as version ${done.version}` })
    return visit.c.redirect(publishedHref(done, base), 303)
  }
}

function refused(visit: Visit, points: readonly string[], status: 400 | 409) {
  const links = [{ href: '/model/history', label: 'Versions of the model' }]
  return trouble(visit, status, { title: 'The model stays as it is', points, links })
}

export const NOTE_RULE = 'A note has at most 500 characters, on one line.'

export function isNote(text: string): boolean {
  return text.length <= 500 && !/[\p{Cc}\p{Cs}]/u.test(text)
}

type Published = Extract<
  Awaited<ReturnType<ModelPublisher['publish']>>,
  { readonly kind: 'published' }
>

/** Where what came of publishing is said, with the way back to the version before. */
export function publishedHref({ version, whatIf }: Published, was: number): string {
  const numbers = { version, was, gained: whatIf.gained_total, lost: whatIf.lost_total }
  const texts = Object.entries(numbers).map(([name, number]) => [name, String(number)])
  return hrefOf('/model', { done: 'published', ...Object.fromEntries(texts) })
}

/** Only of the newest version: the address may be an old one. */
function noticeOf(visit: Visit, versions: readonly ModelVersionJson[]): NoticeView | null {
  const { c } = visit
  if (c.req.query('done') !== 'published') return null
  const [version, was] = [c.req.query('version'), c.req.query('was')].map((n) => versionOf(n ?? ''))
  const [gained, lost] = [c.req.query('gained'), c.req.query('lost')].map((text) =>
    /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0,
  )
  const newest = versions[0]
  if (!newest || newest.version !== version) return null
  const people = `${plural(gained ?? 0, 'lead')} gained, ${lost ?? 0} lost`
  const words =
    newest.state === 'active'
      ? `Version ${version} scores now: ${people}.`
      : `Version ${version} is published and counts past events first; then it scores: ${people}.`
  if (!mayEdit(visit) || !was || was >= version) return { tone: 'good', words }
  const fields = { version: String(was), base: String(version), note: `Version ${version} undone` }
  return { tone: 'good', words, undo: { action: '/model/roll-back', label: 'Undo', fields } }
}
