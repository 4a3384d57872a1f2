import { scaleBand, scaleLinear } from 'd3-scale'
import type { MovedLeadJson, WhatIfJson, WhatIfSideJson } from '../store/shapes.ts'
import { leadHref } from './links.ts'
import { percentWords, plural, shortPoints } from './words.ts'

/** What a draft would change, for the page and, as JSON, for its script. */

export interface ProblemView {
  readonly text: string
  /** In the text, from 1; null where none was told. */
  readonly line: number | null
  /** What stands there. */
  readonly excerpt: string
  /** Id of the rule it is about, where it is about one. */
  readonly rule: string | null
}

interface BarView {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface BandView {
  readonly label: string
  readonly before: string
  readonly after: string
  readonly was: BarView
  readonly is: BarView
}

export interface MovedView {
  readonly href: string
  readonly who: string
  readonly before: string
  readonly after: string
}

export interface PeopleView {
  readonly title: string
  readonly rows: readonly MovedView[]
  readonly more: string
}

export interface FactView {
  readonly label: string
  readonly before: string
  readonly after: string
}

export interface PreviewView {
  /** `none`: nothing was asked yet; `same`: the draft is the version that scores. */
  readonly state: 'none' | 'same' | 'wrong' | 'ready'
  readonly words: string
  readonly problems: readonly ProblemView[]
  readonly warnings: readonly ProblemView[]
  readonly facts: readonly FactView[]
  readonly bands: readonly BandView[]
  readonly gained: PeopleView
  readonly lost: PeopleView
  readonly rules: readonly FactView[]
  readonly scanned: string
  /** Somebody published since the draft was begun. */
  readonly overtaken: string
}

export const BANDS = { width: 440, height: 150, foot: 18 }
const NAMED = 30
const RULES = 12
const EXCERPT = 90

const nobody = (title: string): PeopleView => ({ title, rows: [], more: '' })
const NONE: PreviewView = {
  state: 'none',
  words:
    'Change something, and this shows who would be gained and lost before anything is published.',
  problems: [],
  warnings: [],
  facts: [],
  bands: [],
  gained: nobody('Gained'),
  lost: nobody('Lost'),
  rules: [],
  scanned: '',
  overtaken: '',
}

export const noPreview = (): PreviewView => NONE

export function samePreview(): PreviewView {
  return { ...NONE, state: 'same', words: 'Nothing is changed yet: this is what scores now.' }
}

export function wrongPreview(problems: readonly string[], yaml: string): PreviewView {
  const words = `${plural(problems.length, 'thing')} to put right first. Your draft is kept.`
  return { ...NONE, state: 'wrong', words, problems: problems.map((said) => problemOf(said, yaml)) }
}

export function presentWhatIf(
  found: WhatIfJson,
  warnings: readonly string[],
  yaml: string,
): PreviewView {
  const { before, after, gained_total, lost_total, scanned_events } = found
  return {
    state: 'ready',
    words: headline(found),
    problems: [],
    warnings: warnings.map((said) => problemOf(said, yaml)),
    facts: factsOf(found),
    bands: bandsOf(before, after),
    gained: peopleOf('Gained', found.gained, gained_total),
    lost: peopleOf('Lost', found.lost, lost_total),
    rules: found.rules.slice(0, RULES).map((rule) => ({
      label: rule.label,
      before: `${shortPoints(rule.before_milli)} (${plural(rule.before_leads, 'lead')})`,
      after: `${shortPoints(rule.after_milli)} (${plural(rule.after_leads, 'lead')})`,
    })),
    scanned:
      scanned_events === 0
        ? ''
        : `${plural(scanned_events, 'event')} had to be read, because a rule counts others than before. Publishing counts them again, while the old version scores.`,
    overtaken: '',
  }
}

/**
 * "4 leads gained, 1 lost, of those that sales doesn’t have." How many qualify is told apart from that:
 * it counts those too whom sales has, and who move for no model.
 */
function headline({ gained_total, lost_total }: WhatIfJson): string {
  const moved =
    gained_total === 0 && lost_total === 0
      ? 'Nobody is gained or lost'
      : `${plural(gained_total, 'lead')} gained, ${lost_total} lost`
  return `${moved}, of those that sales doesn’t have.`
}

function factsOf({ before, after, judged }: WhatIfJson): readonly FactView[] {
  const points = (milli: number | null) => (milli === null ? '–' : shortPoints(milli))
  const share = (value: number | null) => (value === null ? '–' : percentWords(100 * value))
  const ofJudged =
    judged === 0
      ? []
      : [
          {
            label: `Qualified that sales accepted, of ${judged} judged`,
            before: share(before.precision),
            after: share(after.precision),
          },
          {
            label: 'Accepted that qualified',
            before: share(before.recall),
            after: share(after.recall),
          },
        ]
  return [
    {
      label: 'Good enough to qualify, those with sales too',
      before: String(before.qualified),
      after: String(after.qualified),
    },
    {
      label: 'Median score',
      before: points(before.median_milli),
      after: points(after.median_milli),
    },
    { label: 'Top 10 % from', before: points(before.p90_milli), after: points(after.p90_milli) },
    ...ofJudged,
  ]
}

/** Leads by score, both models beside each other; roots, so that a few hot ones show beside many cold. */
function bandsOf(before: WhatIfSideJson, after: WhatIfSideJson): readonly BandView[] {
  const names = before.bands.map(({ from }, i) => {
    const next = before.bands[i + 1]?.from
    return next === undefined ? `${from}+` : `${from}–${next}`
  })
  const floor = BANDS.height - BANDS.foot
  const counts = [...before.bands, ...after.bands].map(({ leads }) => Math.sqrt(leads))
  const x = scaleBand(names, [0, BANDS.width]).padding(0.22)
  const y = scaleLinear([0, Math.max(1, ...counts)], [floor, 4])
  const half = x.bandwidth() / 2
  const bar = (name: string, leads: number, shift: number): BarView => {
    const top = y(Math.sqrt(leads))
    return {
      x: tenth((x(name) ?? 0) + shift),
      y: tenth(top),
      width: tenth(half - 1),
      height: tenth(floor - top),
    }
  }
  return names.map((label, i) => {
    const [was, is] = [before.bands[i]?.leads ?? 0, after.bands[i]?.leads ?? 0]
    return {
      label,
      before: String(was),
      after: String(is),
      was: bar(label, was, 0),
      is: bar(label, is, half),
    }
  })
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}

function peopleOf(title: string, moved: readonly MovedLeadJson[], total: number): PeopleView {
  const rows = moved.slice(0, NAMED)
  const rest = total - rows.length
  return {
    title: `${title}: ${total}`,
    rows: rows.map((lead) => ({
      href: leadHref(lead.id),
      who: lead.name ?? lead.email ?? 'Unnamed lead',
      before: shortPoints(lead.before_milli),
      after: shortPoints(lead.after_milli),
    })),
    more: rest > 0 ? `and ${plural(rest, 'more', 'more')}` : '',
  }
}

/** "line 12: rules "cart": points is …" with the line apart. */
function problemOf(said: string, yaml: string): ProblemView {
  const [, line, rest] = /^line (\d+): (.*)$/s.exec(said) ?? []
  const text = rest ?? said
  const stands = line ? (yaml.split('\n')[Number(line) - 1] ?? '').trim() : ''
  return {
    text: text.charAt(0).toUpperCase() + text.slice(1),
    line: line ? Number(line) : null,
    excerpt: stands.length > EXCERPT ? `${stands.slice(0, EXCERPT)}…` : stands,
    rule: /^rules "([a-z0-9_]+)"/.exec(text)?.[1] ?? null,
  }
}
