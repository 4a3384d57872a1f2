import type { Child } from 'hono/jsx'
import { Time } from './marks.tsx'
import type { AttentionView, MovedRow, RaisedRow } from './present-attention.ts'

/** Short lists beside the queue: who asked to talk, and whose score moved. */

interface ShortListProps {
  readonly id: string
  readonly title: string
  readonly count?: string
  readonly hint: string
  /** What stands there while the list is empty. */
  readonly blank: Child
  readonly rows: readonly Child[]
}

const ShortList = ({ id, title, count, hint, blank, rows }: ShortListProps) => (
  <section class="panel" aria-labelledby={id}>
    <div class="panel-head">
      <h2 id={id}>
        {title} {count !== undefined && <span class="count">{count}</span>}
      </h2>
      <p class="panel-hint">{hint}</p>
    </div>
    {rows.length > 0 ? <ol class="short-rows">{rows}</ol> : <p class="blank">{blank}</p>}
  </section>
)

const Raised = ({ row }: { row: RaisedRow }) => (
  <li class="short-row">
    <span class="who">
      <a href={row.href} data-row>
        {row.who}
      </a>
      <small>{row.state}</small>
    </span>
    <span class="short-end">
      <strong>{row.asked}</strong>
      <small>
        <Time when={row.when} />
      </small>
    </span>
  </li>
)

const Moved = ({ row, tone }: { row: MovedRow; tone: 'plus' | 'minus' }) => (
  <li class="short-row">
    <span class="who">
      <a href={row.href} data-row>
        {row.who}
      </a>
      <small>{row.cause}</small>
    </span>
    <span class="short-end">
      <strong class={tone}>{row.change}</strong>
      <small>{row.now}</small>
    </span>
  </li>
)

export const HandRaises = ({ view }: { view: AttentionView }) => (
  <ShortList
    id="raised-title"
    title="Hand raises"
    count={view.raised.count}
    hint="Asked to talk in the last 14 days, not with sales yet."
    blank={
      <>
        <strong>Nobody asked to talk.</strong>
        <span>Whoever asks for a demo, a quote or a call stands here within seconds.</span>
      </>
    }
    rows={view.raised.rows.map((row) => <Raised row={row} />)}
  />
)

export const Heating = ({ view }: { view: AttentionView }) => (
  <ShortList
    id="heating-title"
    title="Heating up"
    hint={`Most points gained since ${view.since}, of leads that are no MQL yet.`}
    blank={
      <>
        <strong>Nobody heats up.</strong>
        <span>
          A lead that gains five points or more in a week stands here before it is an MQL.
        </span>
      </>
    }
    rows={view.heating.map((row) => <Moved row={row} tone="plus" />)}
  />
)

export const Cooling = ({ view }: { view: AttentionView }) => (
  <ShortList
    id="cooling-title"
    title="Cooling down"
    hint={`Most points lost since ${view.since}, of those that had 25 or more and are not with sales.`}
    blank={
      <>
        <strong>Nobody cools down.</strong>
        <span>
          Points fade while a lead stays away. Whoever was warm and loses most stands here.
        </span>
      </>
    }
    rows={view.cooling.map((row) => <Moved row={row} tone="minus" />)}
  />
)
