import type {
  IdentityJson,
  Page,
  Reason,
  TimelineEventJson,
  TimelineSessionJson,
} from '../store/shapes.ts'
import { type EventIcon, eventDetail, eventWords, iconOf } from './event-words.ts'
import { hrefOf } from './links.ts'
import type { MomentView } from './present-moments.ts'
import { type PlaceView, placeOf } from './present-receipt.ts'
import { sessionGist } from './session-words.ts'
import { linesOf, sharedSuffix } from './timeline-lines.ts'
import { isIdentifying, placeMoments } from './timeline-moments.ts'
import { botWords, sourceWords } from './vocabulary.ts'
import { durationWords, humanise, signedPoints, type When, whenOf } from './words.ts'

/** What somebody did, visit by visit: newest visit first, and inside a visit in the order it happened. */

export interface EventView {
  readonly id: string
  /** How far into the visit, "1:20". */
  readonly offset: string
  readonly when: When
  readonly icon: EventIcon
  readonly name: string
  readonly detail: string | null
  readonly place: PlaceView | null
  readonly points: string | null
  readonly tone: 'plus' | 'minus'
  readonly rules: string
  /** "Identified here" beside it. */
  readonly mark: string | null
  /** Not an event: something that was decided or said then. */
  readonly moment: MomentView['tone'] | null
}

export interface SessionView {
  readonly id: string
  readonly when: When
  readonly duration: string
  /** What mattered, in a few words. */
  readonly gist: string
  /** The newest visit of a page is open, the others are their headings. */
  readonly open: boolean
  readonly source: string
  readonly campaign: string | null
  readonly device: string
  readonly proof: 'human' | 'unproven' | 'bot'
  readonly proofWords: string
  readonly points: string | null
  readonly tone: 'plus' | 'minus'
  readonly events: readonly EventView[]
  /** Behind a disclosure, so that one long visit doesn't bury the others. */
  readonly rest: readonly EventView[]
  readonly restWords: string
  /** What the visit is remembered for, on its heading. */
  readonly marks: readonly string[]
  /** What was decided and said after this visit, and before the next. */
  readonly above: readonly MomentView[]
}

export interface TimelineView {
  readonly sessions: readonly SessionView[]
  /** What was decided and said before the oldest visit there is. */
  readonly below: readonly MomentView[]
  readonly empty: string
  readonly olderHref: string | null
  readonly newestHref: string | null
}

export interface TimelineSource {
  readonly page: Page<TimelineSessionJson>
  readonly reasons: readonly Reason[]
  /** The page the timeline stands on. */
  readonly path: string
  readonly site: string | undefined
  readonly cursor: string | undefined
  readonly now: number
  readonly told?: Told
}

/** What stands between the lines: how somebody became known, and what was made of them. */
export interface Told {
  readonly identities: readonly IdentityJson[]
  /** Newest first. */
  readonly moments: readonly MomentView[]
  /** When the oldest visit of the page before began; null on the first page. */
  readonly before: number | null
}

const NOTHING_TOLD: Told = { identities: [], moments: [], before: null }
const SHOWN_LINES = 12

export function presentTimeline(source: TimelineSource): TimelineView {
  const { page, reasons, path, site, cursor, now, told = NOTHING_TOLD } = source
  const at = (to: string | null): string => `${hrefOf(path, { site, cursor: to })}#timeline`
  const named = reasons.filter((reason) => reason.kind === undefined)
  const labels = new Map(named.map((reason) => [reason.rule, reason.label]))
  const suffix = sharedSuffix(page.data.flatMap(({ events }) => events.map(({ title }) => title)))
  const telling = {
    labelOf: (rule: string) => labels.get(rule) ?? humanise(rule),
    titleOf: (title: string) =>
      suffix && title.endsWith(suffix) ? title.slice(0, -suffix.length) : title,
    now,
  }
  const span = { hasOlder: page.next_cursor !== null, before: told.before }
  const { inside, above, below } = placeMoments(page.data, told.moments, span)
  return {
    sessions: page.data.map((session, index) =>
      presentSession(session, index === 0, {
        ...telling,
        identities: told.identities,
        inside: inside.get(index) ?? [],
        above: above.get(index) ?? [],
      }),
    ),
    below,
    empty: cursor ? 'There are no older visits.' : 'No visit has been seen yet.',
    olderHref: page.next_cursor ? at(page.next_cursor) : null,
    newestHref: cursor ? at(null) : null,
  }
}

/** What the lines of all visits share. */
interface Telling {
  readonly labelOf: (rule: string) => string
  readonly titleOf: (title: string) => string
  readonly now: number
}

/** What one visit is told with. */
interface Visit extends Telling {
  readonly identities: readonly IdentityJson[]
  readonly inside: readonly MomentView[]
  readonly above: readonly MomentView[]
}

function presentSession(session: TimelineSessionJson, open: boolean, telling: Visit): SessionView {
  const startedAt = Date.parse(session.started_at)
  const lines = linesOf(session.events)
  const told = lines.map((line, index) => {
    const isKnown = isIdentifying(line, session, telling.identities)
    const view = presentLine(line, lines[index - 1]?.url ?? null, startedAt, telling)
    return isKnown ? { ...view, mark: 'Identified here' } : view
  })
  const decided = telling.inside.map((moment) => presentMoment(moment, startedAt))
  const events = [...told, ...decided].sort(
    (a, b) => Date.parse(a.when.iso) - Date.parse(b.when.iso),
  )
  const milli = session.events.reduce((sum, event) => sum + event.milli, 0)
  const rest = events.slice(SHOWN_LINES)
  return {
    id: session.session,
    when: whenOf(session.started_at, telling.now),
    duration: durationWords(Date.parse(session.ended_at) - startedAt),
    gist: sessionGist(lines),
    open,
    source: sourceWords(session.source) ?? 'Source unknown',
    campaign: session.source?.campaign ?? null,
    device: session.device ?? 'Unknown device',
    ...proofOf(session),
    points: milli === 0 ? null : signedPoints(milli),
    tone: toneOf(milli),
    events: events.slice(0, SHOWN_LINES),
    rest,
    restWords: `Show ${rest.length} more`,
    marks: events.flatMap(({ mark, moment, name }) => mark ?? (moment ? [name] : [])),
    above: telling.above,
  }
}

function presentMoment(moment: MomentView, startedAt: number): EventView {
  return {
    id: `moment ${moment.at}`,
    offset: offsetWords(moment.at - startedAt),
    when: moment.when,
    icon: 'star',
    name: moment.words,
    detail: moment.detail,
    place: null,
    points: null,
    tone: 'plus',
    rules: '',
    mark: null,
    moment: moment.tone,
  }
}

function proofOf(session: TimelineSessionJson): Pick<SessionView, 'proof' | 'proofWords'> {
  if (session.bot) return { proof: 'bot', proofWords: botWords(session.bot) }
  if (session.human) return { proof: 'human', proofWords: 'Human' }
  return { proof: 'unproven', proofWords: 'Not proven human, so nothing scores' }
}

/** The address is said where a line is about a page, or about another one than the line before. */
function presentLine(
  line: TimelineEventJson,
  urlBefore: string | null,
  startedAt: number,
  { labelOf, titleOf, now }: Telling,
): EventView {
  const event = { ...line, title: line.title && titleOf(line.title) }
  return {
    id: event.id,
    offset: offsetWords(Date.parse(event.at) - startedAt),
    when: whenOf(event.at, now),
    icon: iconOf(event.type),
    name: eventWords(event),
    detail: eventDetail(event),
    place: event.type === 'page_view' || event.url !== urlBefore ? placeOf(event.url) : null,
    points: event.milli === 0 ? null : signedPoints(event.milli),
    tone: toneOf(event.milli),
    rules: event.rules.map(labelOf).join(', '),
    mark: null,
    moment: null,
  }
}

function toneOf(milli: number): 'plus' | 'minus' {
  return milli < 0 ? 'minus' : 'plus'
}

function offsetWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000)) || 0
  const pad = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`
}
