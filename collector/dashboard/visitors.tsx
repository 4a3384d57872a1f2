import { MaybeTime, ScoreMark } from './marks.tsx'
import type { PersonRow, VisitorsView } from './present.ts'

/** Everyone who was seen lately, the anonymous included. */

const Row = ({ row }: { row: PersonRow }) => (
  <tr>
    <td class="cell-score">
      <ScoreMark score={row.score} />
    </td>
    <th scope="row" class="cell-who">
      <a href={row.href} data-row>
        {row.who}
      </a>
      <small>{row.note}</small>
    </th>
    <td class="cell-page">{row.page}</td>
    <td class="cell-source">
      {row.cameFrom && (
        <>
          {row.cameFrom}
          <span aria-hidden="true"> → </span>
          <span class="hush">then </span>
        </>
      )}
      <span class={row.cameFrom ? 'then' : undefined}>{row.source}</span>
    </td>
    <td class="cell-device">{row.device}</td>
    <td class="cell-seen">
      <MaybeTime when={row.seen} />
    </td>
  </tr>
)

const Table = ({ rows }: { rows: readonly PersonRow[] }) => (
  <table class="list">
    <caption class="hush">Visitors, the latest first</caption>
    <thead>
      <tr>
        <th scope="col">Score</th>
        <th scope="col">Visitor</th>
        <th scope="col">Last page</th>
        <th scope="col">Source</th>
        <th scope="col">Device</th>
        <th scope="col">Last seen</th>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <Row row={row} />
      ))}
    </tbody>
  </table>
)

const Empty = ({ view }: { view: VisitorsView }) => (
  <div class="empty">
    <h2>No visitors yet</h2>
    <p>Everyone who opens a page that carries the tag shows up here, known or not.</p>
    <p>
      <a class="button" href={view.connectHref}>
        Get the tag
      </a>
    </p>
  </div>
)

export const Visitors = ({ view }: { view: VisitorsView }) => (
  <>
    <div class="title">
      <h1>Visitors</h1>
      <ul class="tabs" aria-label="Which visitors">
        {[view.everyone, view.anonymous].map((tab) => (
          <li>
            <a href={tab.href} aria-current={tab.current ? 'true' : undefined}>
              {tab.label}
            </a>
          </li>
        ))}
      </ul>
    </div>
    {view.rows.length > 0 ? <Table rows={view.rows} /> : <Empty view={view} />}
    <nav class="pager" aria-label="Pages of the list">
      {view.rows.length > 0 && <span>{view.shown} on this page</span>}
      {view.first && <a href={view.first}>First page</a>}
      {view.next && (
        <a class="button" href={view.next} rel="next">
          Older visitors
        </a>
      )}
    </nav>
  </>
)
