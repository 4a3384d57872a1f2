import type { EventIcon } from './event-words.ts'
import type { ScoreView } from './present.ts'
import type { PlaceView } from './present-receipt.ts'
import type { Heat } from './vocabulary.ts'
import type { DayView, When } from './words.ts'

/** Small marks that stand on several screens. */

/** Relative words, the exact time in UTC as a title; the page script adds the reader's own zone. */
export const Time = ({ when, part }: { when: When; part?: string }) => (
  <time datetime={when.iso} title={when.exact} data-part={part}>
    {when.words}
  </time>
)

export const MaybeTime = ({ when, part }: { when: When | null; part?: string }) =>
  when ? <Time when={when} {...(part && { part })} /> : <span>–</span>

/** A UTC day, which is when scores change; there is no moment of it to tell in another zone. */
export const Day = ({ day }: { day: DayView }) => (
  <time datetime={day.iso} title={day.exact} data-local="yes">
    {day.words}
  </time>
)

/** Four bars, more of them the hotter; always beside its word or with a spoken one. */
export const HeatBars = ({ heat }: { heat: Heat }) => (
  <svg class="heat-bars" data-heat={heat} viewBox="0 0 19 14" aria-hidden="true">
    <rect x="0" y="10" width="4" height="4" rx="1" />
    <rect x="5" y="7" width="4" height="7" rx="1" />
    <rect x="10" y="4" width="4" height="10" rx="1" />
    <rect x="15" y="0" width="4" height="14" rx="1" />
  </svg>
)

export const ScoreMark = ({ score }: { score: ScoreView }) => (
  <span class="score-mark" data-heat={score.heat} data-part="score-mark">
    <HeatBars heat={score.heat} />
    <span class="score-points" data-part="points">
      {score.points}
    </span>
    <Grade score={score} />
  </span>
)

const Grade = ({ score }: { score: ScoreView }) => (
  <span class="grade" title={score.gradeWords} data-part="grade">
    {score.grade}
  </span>
)

export const Stage = ({ words, stage }: { words: string; stage: string }) => (
  <span class="stage" data-stage={stage}>
    {words}
  </span>
)

/** An address from a tracked page: a link only where the view-model found it safe. */
export const Place = ({ place }: { place: PlaceView }) =>
  place.href ? (
    <a class="place" href={place.href} rel="noreferrer noopener" target="_blank">
      {place.text}
    </a>
  ) : (
    <span class="place">{place.text}</span>
  )

export const Bar = ({ share, tone }: { share: number; tone: string }) => (
  <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bar-track" width="100" height="4" />
    <rect class={`bar-fill bar-${tone}`} width={share} height="4" />
  </svg>
)

const PATHS: Readonly<Record<EventIcon, string>> = {
  page: 'M4 2h5l3 3v9H4zM9 2v3h3',
  time: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.3',
  file: 'M8 2v8M4.8 7 8 10.2 11.2 7M3 13.5h10',
  cart: 'M2 3h2l1.6 7h6.2L13 5.2H4.6M6.5 13.2h.01M11 13.2h.01',
  form: 'M3 3h10v7H8l-3 3v-3H3z',
  person: 'M8 2.5a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4M3 13.5c.5-3 2.4-4 5-4s4.5 1 5 4',
  play: 'M5 3l7.5 5L5 13z',
  star: 'M8 2.4l1.6 3.5 3.8.4-2.8 2.6.8 3.8L8 10.8l-3.4 1.9.8-3.8L2.6 6.3l3.8-.4z',
}

export const Icon = ({ icon }: { icon: EventIcon }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[icon]} />
  </svg>
)
