import { FITS, HEATS, measureOf, STAGES } from '../dashboard/vocabulary.ts'
import { shortPoints } from '../dashboard/words.ts'
import { engagementOf } from '../scoring/score.ts'
import { publicId } from '../store/ids.ts'
import type { Reason, Stage } from '../store/shapes.ts'
import type { BodyOptions, News, PersonFacts, Scored } from './news.ts'

/**
 * A piece of news in words, for receivers that people read: what Slack is shown, and what stands for the
 * fields of an owner's own text. All of it is text; whoever writes it out escapes it for its reader.
 */

/** The fields of a text, each with what it says. */
export const FIELDS = {
  what: 'what happened, in a sentence',
  'lead.name':
    'the name, or else the e-mail or user id; “Lead ld_1” where no personal data is sent',
  'lead.email': 'the e-mail; empty where no personal data is sent, as the next three are',
  'lead.user_id': 'the id your site knows them by',
  'lead.company': 'the company',
  'lead.job_title': 'the job title',
  'lead.id': 'the lead’s id',
  'lead.link': 'the lead’s page in this dashboard',
  site: 'the site’s id',
  stage: 'the stage in words, such as Marketing-qualified',
  'stage.id': 'the stage as the API names it, such as mql',
  from: 'the stage before, in words; empty unless a stage changed',
  'from.id': 'the stage before, as the API names it',
  by: 'what decided the stage, such as score; empty unless a stage changed',
  note: 'what a colleague wrote about it; empty where no personal data is sent',
  score: 'the points, such as 87.412',
  grade: 'fit and interest, such as A2',
  fit: 'the fit in words, such as Excellent fit',
  heat: 'the interest in words, such as Hot',
  reasons: 'the three strongest reasons with their points, on one line',
  'reason.1': 'the strongest reason with its points',
  'reason.2': 'the next',
  'reason.3': 'and the one after',
  bar: 'the bar that was passed, 60 or 100; empty unless one was',
  merged: 'the id of the lead that is no more; empty unless two turned out to be one',
  type: 'the event as the API names it, such as lead.stage_changed',
  sequence: 'counts what this webhook was told of this lead',
  at: 'when it happened, in UTC',
} as const
export type Field = keyof typeof FIELDS
export type Story = Readonly<Record<Field, string>>

/** What no tracked text is in: nothing of it means anything to a chat. */
export const SAFE_FIELDS: ReadonlySet<Field> = new Set<Field>([
  'lead.id',
  'lead.link',
  'site',
  'stage',
  'stage.id',
  'from',
  'from.id',
  'score',
  'grade',
  'fit',
  'heat',
  'bar',
  'merged',
  'type',
  'sequence',
  'at',
])

/**
 * Stands for the dashboard's address in what is written: only who sends it knows where the collector is
 * served now. The name is one that can't exist.
 */
export const HOME = 'https://pique.invalid'
const MAX_FIELD = 500
const TOLD_REASONS = 3

export function storyOf(news: News, { person, sequence, isFull }: BodyOptions): Story {
  const id = publicId('lead', news.lead)
  const own = isFull && news.type !== 'lead.erased' ? person : NOBODY
  const name = lineOf(own.name ?? own.email ?? own.userId) || `Lead ${id}`
  const moved = news.type === 'lead.stage_changed' ? news : null
  const scored = 'scored' in news ? news.scored : null
  const reasons = scored === null ? [] : reasonLines(scored.reasons, isFull)
  return {
    what: sentenceOf(news, name),
    'lead.name': name,
    'lead.email': lineOf(own.email),
    'lead.user_id': lineOf(own.userId),
    'lead.company': traitOf(own, 'company', 'company_name', 'organization'),
    'lead.job_title': traitOf(own, 'job_title', 'title'),
    'lead.id': id,
    'lead.link': `${HOME}/leads/${id}`,
    site: publicId('site', person.site),
    stage: scored ? STAGES[scored.stage] : '',
    'stage.id': scored?.stage ?? '',
    from: moved ? STAGES[moved.from] : '',
    'from.id': moved?.from ?? '',
    by: moved?.by ?? '',
    note: lineOf(isFull ? moved?.note : null),
    ...numbersOf(scored),
    reasons: reasons.join('; '),
    'reason.1': reasons[0] ?? '',
    'reason.2': reasons[1] ?? '',
    'reason.3': reasons[2] ?? '',
    bar: news.type === 'lead.score_crossed' ? String(news.bar) : '',
    merged: news.type === 'lead.merged' ? publicId('lead', news.merged) : '',
    type: news.type,
    sequence: String(sequence),
    at: new Date(news.at).toISOString(),
  }
}

const NOBODY: Omit<PersonFacts, 'site'> = { email: null, userId: null, name: null, traits: {} }

function numbersOf(scored: Scored | null) {
  if (scored === null) return { score: '', grade: '', fit: '', heat: '' }
  const engagement = engagementOf(scored.scoreMilli)
  const { letter } = scored.fit
  return {
    score: String(scored.scoreMilli / 1000),
    grade: `${letter ?? '-'}${engagement}`,
    fit: letter === null ? '' : FITS[letter],
    heat: HEATS[engagement],
  }
}

const NOW: Readonly<Record<Stage, string>> = {
  anonymous: 'not known',
  lead: 'a lead',
  mql: 'marketing-qualified',
  sql: 'sales-qualified',
  opportunity: 'an opportunity',
  won: 'won',
  lost: 'lost',
  disqualified: 'disqualified',
  recycled: 'recycled',
}

function sentenceOf(news: News, who: string): string {
  switch (news.type) {
    case 'lead.identified':
      return `${who} is a new lead`
    case 'lead.stage_changed':
      return `${who} is now ${NOW[news.to]}`
    case 'lead.score_crossed':
      return `${who} passed ${news.bar} points`
    case 'lead.merged':
      return `${who} and Lead ${publicId('lead', news.merged)} are one person`
    case 'lead.erased':
      return `${who} was erased`
  }
}

/** The strongest first: "Time on pricing pages +14.1 (3 min 4 s)". */
function reasonLines(reasons: readonly Reason[], isFull: boolean): string[] {
  return reasons
    .filter(({ milli }) => Math.abs(milli) >= 100)
    .toSorted((a, b) => Math.abs(b.milli) - Math.abs(a.milli))
    .slice(0, TOLD_REASONS)
    .map((reason) => {
      const isWord = reason.kind === 'adjustment' && !isFull
      const label = isWord ? 'Adjusted by hand' : lineOf(reason.label)
      const measure = measureOf(reason)
      const points = `${reason.milli > 0 ? '+' : ''}${shortPoints(reason.milli)}`
      return `${label} ${points}${measure === null ? '' : ` (${measure})`}`
    })
}

function traitOf({ traits }: Pick<PersonFacts, 'traits'>, ...names: readonly string[]): string {
  const known = names.find((name) => Object.hasOwn(traits, name))
  return known === undefined ? '' : lineOf(String(traits[known]))
}

/** On one line and of a bounded length, without what turns or hides text. */
function lineOf(text: string | null | undefined): string {
  const line = (text ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  const characters = [...line]
  return characters.length <= MAX_FIELD ? line : `${characters.slice(0, MAX_FIELD - 1).join('')}…`
}
