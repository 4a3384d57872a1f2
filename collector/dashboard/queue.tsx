import type { Child } from 'hono/jsx'
import { ScoreMark, Time } from './marks.tsx'
import type { AttentionView, RejectionView, WaitingRow } from './present-attention.ts'

/** The MQLs that wait for sales, with what can be said of them in one click. */

export interface Forms {
  /** Where a form leads back to. */
  readonly back: string
  readonly rejections: readonly RejectionView[]
}

interface SayProps {
  readonly row: WaitingRow
  readonly forms: Forms
  readonly type: string
  readonly children: Child
}

const Say = ({ row, forms, type, children }: SayProps) => (
  <form method="post" action={row.action}>
    <input type="hidden" name="type" value={type} />
    <input type="hidden" name="back" value={forms.back} />
    {children}
  </form>
)

const Rejections = ({ row, forms }: { row: WaitingRow; forms: Forms }) => (
  <details class="menu" name="reject">
    <summary class="button" aria-label={`Reject ${row.who}`}>
      Reject
    </summary>
    <div class="menu-list">
      {forms.rejections.map(({ type, reason }) => (
        <Say row={row} forms={forms} type={type}>
          <button type="submit" name="reason" value={reason} class="plain">
            {reason}
          </button>
        </Say>
      ))}
    </div>
  </details>
)

const Actions = ({ row, forms }: { row: WaitingRow; forms: Forms }) => (
  <div class="queue-actions">
    <Say row={row} forms={forms} type="qualify_lead">
      <button type="submit" class="plain accept" data-accept aria-label={`Accept ${row.who}`}>
        Accept
      </button>
    </Say>
    {row.holder === '' && (
      <Say row={row} forms={forms} type="working_lead">
        <button type="submit" class="plain" aria-label={`I’m on it: ${row.who}`}>
          I’m on it
        </button>
      </Say>
    )}
    <Rejections row={row} forms={forms} />
  </div>
)

const Holder = ({ row }: { row: WaitingRow }) => (
  <small class="queue-holder">
    In hand: {row.holder}
    {row.heldSince && (
      <>
        , <Time when={row.heldSince} />
      </>
    )}
  </small>
)

const Row = ({ row, forms }: { row: WaitingRow; forms: Forms | null }) => (
  <li class="queue-row" data-lead={row.id}>
    <span class="who">
      <a href={row.href} data-row>
        {row.who}
      </a>
      <small>{row.company}</small>
    </span>
    <span class="queue-why">
      <strong data-raise={row.isRaise ? 'yes' : 'no'}>{row.why}</strong>
      {row.holder === '' ? <small>{row.top}</small> : <Holder row={row} />}
    </span>
    <span class="queue-score">
      <ScoreMark score={row.score} />
      <small>
        waits <Time when={row.waits} />
      </small>
    </span>
    {forms && <Actions row={row} forms={forms} />}
  </li>
)

const Rows = ({ rows, forms, label }: RowsProps) => (
  <ol class="queue-rows" aria-label={label}>
    {rows.map((row) => (
      <Row row={row} forms={forms} />
    ))}
  </ol>
)
interface RowsProps {
  readonly rows: readonly WaitingRow[]
  readonly forms: Forms | null
  readonly label: string
}

interface QueueProps {
  readonly view: AttentionView
  /** Null for who only reads. */
  readonly forms: Forms | null
  /** This page, for what came since it was opened. */
  readonly here: string
}

export const Queue = ({ view, forms, here }: QueueProps) => (
  <section class="panel queue" aria-labelledby="queue-title">
    <div class="panel-head">
      <h2 id="queue-title">
        MQLs waiting for sales <span class="count">{view.waiting.count}</span>
      </h2>
      <p aria-live="polite">
        <a href={here} class="news" data-part="news" data-new="no">
          Nothing new
        </a>
      </p>
      <p class="panel-hint">Who just asked to talk comes first, then the longest wait.</p>
    </div>
    {view.waiting.rows.length > 0 ? (
      <Rows rows={view.waiting.rows} forms={forms} label="MQLs that nobody works on" />
    ) : (
      <p class="blank">
        <strong>Nobody waits for sales.</strong>
        <span>
          A lead becomes an MQL at {view.enter} points, or at once when it asks for a demo, a quote
          or a call. Then it stands here, to be accepted or rejected with one click.
        </span>
      </p>
    )}
    {view.inHand.rows.length > 0 && (
      <details class="queue-held">
        <summary>
          In hand <span class="count">{view.inHand.count}</span>
        </summary>
        <Rows rows={view.inHand.rows} forms={forms} label="MQLs that somebody works on" />
      </details>
    )}
    {view.more && (
      <p class="panel-foot">
        <a href={view.more.href}>{view.more.label}</a>
      </p>
    )}
  </section>
)
