import { MaybeTime, ScoreMark } from './marks.tsx'
import type { ScoreView } from './present.ts'
import type { LiveRow, TodayView } from './present-today.ts'

/** Who is on the site now, one row a person; the page script refills it from `/live.json`. */

const blankScore: ScoreView = { points: '', grade: '', heat: 4, heatWords: '', gradeWords: '' }
const blankRow: LiveRow = {
  id: '',
  href: '',
  who: '',
  note: '',
  known: false,
  here: true,
  device: '',
  page: '',
  source: '',
  score: blankScore,
  seen: { iso: '', exact: '', words: '' },
  bot: null,
}

const LiveItem = ({ row }: { row: LiveRow }) => (
  <li
    class="live-row"
    data-id={row.id}
    data-known={row.known ? 'yes' : 'no'}
    data-here={row.here ? 'yes' : 'no'}
  >
    <span class="pulse" aria-hidden="true" />
    <span class="who">
      <a href={row.href} data-row data-part="who">
        {row.who}
      </a>
      <small data-part="note">{row.note}</small>
    </span>
    <span class="doing">
      <span data-part="page">{row.page}</span>
      <small data-part="source">{row.source}</small>
    </span>
    <span class="device" data-part="device">
      {row.device}
    </span>
    <ScoreMark score={row.score} />
    <span class="ago">
      <MaybeTime when={row.seen} part="seen" />
    </span>
  </li>
)

export const LiveFeed = ({ view }: { view: TodayView }) => (
  <section class="panel live" aria-labelledby="now-title">
    <div class="panel-head">
      <h2 id="now-title">Here now</h2>
      <p class="panel-hint">One row a person, seen in the last 30 minutes.</p>
    </div>
    {/* A box that scrolls is reached by keys. */}
    <section class="live-space" tabindex={0} aria-label="Live feed">
      <ol class="rows" data-list="rows" aria-label="Visitors of the last 30 minutes">
        {view.rows.map((row) => (
          <LiveItem row={row} />
        ))}
      </ol>
      <p class="blank" data-blank="rows" hidden={view.rows.length > 0}>
        <strong>Nobody in the last 30 minutes.</strong> <span data-part="quiet">{view.quiet}</span>
      </p>
    </section>
    <p class="panel-foot">
      <span data-part="bots">{view.bots}</span>
    </p>
    <template data-template="rows">
      <LiveItem row={blankRow} />
    </template>
  </section>
)
