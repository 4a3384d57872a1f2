import { MaybeTime, ScoreMark } from './marks.tsx'
import type { PersonRow, ScoreView } from './present.ts'
import type { HotRow, TodayView } from './present-today.ts'
import { TagBox } from './tag-box.tsx'

/** Today: who is here now, and who is hottest. The page script refills both lists from `/live.json`. */

interface TodayProps {
  readonly view: TodayView
  /** The tag to paste; null where there is no site to make one for. */
  readonly tag: string | null
  readonly connectHref: string
  readonly leadsHref: string
  readonly liveHref: string
}

const blankScore: ScoreView = { points: '', grade: '', heat: 4, heatWords: '', gradeWords: '' }
const blankPerson: PersonRow = {
  id: '',
  href: '',
  who: '',
  note: '',
  known: false,
  device: '',
  page: '',
  source: '',
  score: blankScore,
  seen: { iso: '', exact: '', words: '' },
  bot: null,
}
const blankHot: HotRow = { id: '', href: '', who: '', note: '', why: '', score: blankScore }

const LiveItem = ({ row }: { row: PersonRow }) => (
  <li class="live-row" data-id={row.id} data-known={row.known ? 'yes' : 'no'}>
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

const HotItem = ({ row }: { row: HotRow }) => (
  <li class="hot-row" data-id={row.id}>
    <span class="who">
      <a href={row.href} data-row data-part="who">
        {row.who}
      </a>
      <small data-part="why">{row.why}</small>
    </span>
    <ScoreMark score={row.score} />
  </li>
)

const Teach = ({ tag, connectHref }: { tag: string | null; connectHref: string }) => (
  <section class="teach" data-teach aria-labelledby="teach-title">
    <h2 id="teach-title">Paste this tag, then this page fills</h2>
    {tag ? (
      <TagBox tag={tag} />
    ) : (
      <p>
        There is no site yet. <code>pique site add</code> makes one and prints its tag.
      </p>
    )}
    <p>
      It goes into the <code>&lt;head&gt;</code> of every page. The first visitor shows up here
      within seconds. <a href={connectHref}>Where exactly?</a>
    </p>
  </section>
)

export const Today = ({ view, tag, connectHref, leadsHref, liveHref }: TodayProps) => (
  <div class="today" data-live={liveHref}>
    <div class="title">
      <h1>Today</h1>
      <p class="status" role="status" data-part="status" />
    </div>
    {view.untouched && <Teach tag={tag} connectHref={connectHref} />}
    <div class="columns">
      <section class="panel" aria-labelledby="now-title">
        <div class="panel-head">
          <h2 id="now-title">Who is here now?</h2>
          <p aria-live="polite" data-part="here">
            {view.here}
          </p>
        </div>
        <div class="live-space">
          <ol class="rows" data-list="rows" aria-label="Visitors of the last 30 minutes">
            {view.rows.map((row) => (
              <LiveItem row={row} />
            ))}
          </ol>
          <p class="blank" data-blank="rows" hidden={view.rows.length > 0}>
            <strong>Nobody in the last 30 minutes.</strong>{' '}
            <span data-part="quiet">{view.quiet}</span>
          </p>
        </div>
        <p class="panel-foot">
          <span>Seen in the last 30 minutes</span>
          <span data-part="bots">{view.bots}</span>
        </p>
      </section>
      <section class="panel" aria-labelledby="hot-title">
        <div class="panel-head">
          <h2 id="hot-title">Hottest leads</h2>
          <p>
            <a href={leadsHref}>All leads</a>
          </p>
        </div>
        <div class="hot-space">
          <ol class="rows" data-list="hottest" aria-label="The five highest scores">
            {view.hottest.map((row) => (
              <HotItem row={row} />
            ))}
          </ol>
          <p class="blank" data-blank="hottest" hidden={view.hottest.length > 0}>
            <strong>No lead yet.</strong>{' '}
            <span>A visitor becomes a lead when a form or an identify call names them.</span>
          </p>
        </div>
      </section>
    </div>
    <template data-template="rows">
      <LiveItem row={blankPerson} />
    </template>
    <template data-template="hottest">
      <HotItem row={blankHot} />
    </template>
  </div>
)
