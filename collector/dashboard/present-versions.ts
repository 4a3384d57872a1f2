import { diffLines } from 'diff'
import type { ModelProgress } from '../ingest/model-keeper.ts'
import type { ModelVersionJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'
import { percentWords, plural, type When, whenOf } from './words.ts'

/** Versions of the model: what there was, and what changed between two of them. */

export interface VersionView {
  readonly version: number
  readonly name: string
  readonly state: ModelVersionJson['state']
  readonly stateWords: string
  readonly note: string
  readonly by: string
  readonly when: When
  readonly fileHref: string
  /** What it changed of the one before; null for the first. */
  readonly changedHref: string | null
  /** To look at what going back to it would change; null for the one that scores. */
  readonly backHref: string | null
}

export interface HistoryView {
  readonly versions: readonly VersionView[]
  /** Said while a version counts. */
  readonly counting: string | null
  readonly choices: readonly number[]
  readonly from: number
  readonly to: number
}

const STATES: Readonly<Record<ModelVersionJson['state'], string>> = {
  active: 'Scores now',
  counting: 'Counting',
  retired: 'Earlier',
}

export function presentHistory(
  all: readonly ModelVersionJson[],
  counting: ModelProgress | null,
  now: number,
): HistoryView {
  const active = all.find(({ state }) => state === 'active')?.version ?? 1
  const newest = all[0]?.version ?? 1
  return {
    versions: all.map((one) => presentVersion(one, { active, newest, now })),
    counting: countingWords(counting, active),
    choices: all.map(({ version }) => version),
    from: Math.max(1, newest - 1),
    to: newest,
  }
}

function presentVersion(
  { version, name, state, note, by, published_at }: ModelVersionJson,
  { active, newest, now }: { active: number; newest: number; now: number },
): VersionView {
  const diff = (from: number, to: number) =>
    hrefOf('/model/diff', { from: String(from), to: String(to) })
  return {
    version,
    name,
    state,
    stateWords: STATES[state],
    note: note === '' ? 'No note' : note,
    by: by === '' ? 'Pique' : by,
    when: whenOf(published_at, now),
    fileHref: `/model/versions/${version}`,
    changedHref: version === 1 ? null : diff(version - 1, version),
    backHref: version === newest || version === active ? null : diff(newest, version),
  }
}

/** While a version counts the one before scores. */
export function countingWords(counting: ModelProgress | null, active: number): string | null {
  if (!counting) return null
  const { version, share, events } = counting
  const done = `${percentWords(100 * Math.min(1, share))}, ${plural(events, 'event')} so far`
  return version === active
    ? `Version ${version} is counting past events (${done}).`
    : `Version ${version} is counting past events (${done}); version ${active} scores until it is done.`
}

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'gap'
  readonly sign: '+' | '−' | '' | '…'
  /** Said to whoever doesn't see the sign. */
  readonly spoken: string
  /** In the older and the newer file, from 1. */
  readonly was: string
  readonly is: string
  readonly text: string
}

export interface DiffView {
  readonly lines: readonly DiffLine[]
  readonly words: string
}

/** Unchanged lines shown around a change. */
const CONTEXT = 2

export function presentDiff(before: string, after: string): DiffView {
  const whole = (text: string) => `${text.replace(/\r\n?/g, '\n').trimEnd()}\n`
  const lines: DiffLine[] = []
  let [was, is, added, removed] = [0, 0, 0, 0]
  for (const part of diffLines(whole(before), whole(after), { maxEditLength: 4000 }) ?? []) {
    for (const text of part.value.replace(/\n$/, '').split('\n')) {
      if (!part.added) was += 1
      if (!part.removed) is += 1
      if (part.added) added += 1
      if (part.removed) removed += 1
      lines.push({
        ...(part.added ? ADDED : part.removed ? REMOVED : SAME),
        was: part.added ? '' : String(was),
        is: part.removed ? '' : String(is),
        text,
      })
    }
  }
  if (lines.length === 0) return { lines, words: 'They differ in nearly every line.' }
  const words =
    added + removed === 0
      ? 'Both say the same.'
      : `${plural(added, 'line')} added, ${removed} taken away.`
  return { lines: added + removed === 0 ? [] : folded(lines), words }
}

const ADDED = { kind: 'added', sign: '+', spoken: 'added: ' } as const
const REMOVED = { kind: 'removed', sign: '−', spoken: 'removed: ' } as const
const SAME = { kind: 'same', sign: '', spoken: '' } as const
const GAP = { kind: 'gap', sign: '…', spoken: 'lines left out', was: '', is: '', text: '' } as const

/** Leaves out what is far from any change. */
function folded(lines: readonly DiffLine[]): readonly DiffLine[] {
  const near = new Set<number>()
  lines.forEach(({ kind }, at) => {
    if (kind === 'same') return
    for (let i = at - CONTEXT; i <= at + CONTEXT; i += 1) near.add(i)
  })
  return lines.flatMap((line, at) => {
    if (near.has(at)) return [line]
    return at === 0 || near.has(at - 1) ? [GAP] : []
  })
}
