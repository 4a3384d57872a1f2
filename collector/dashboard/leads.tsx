import { MaybeTime, ScoreMark, Stage } from './marks.tsx'
import type { ColumnView, LeadRow, LeadsView, OptionView } from './present-leads.ts'

/** The list of leads. Its whole state is the address; the form and every link carry it on. */

const Options = ({ options }: { options: readonly OptionView[] }) => (
  <>
    {options.map(({ value, label, selected }) => (
      <option value={value} selected={selected}>
        {label}
      </option>
    ))}
  </>
)

const Filters = ({ view }: { view: LeadsView }) => (
  <search>
    <form class="filters" action="/leads" method="get" data-tidy>
      <label class="grow">
        <span>Search</span>
        <input
          type="search"
          name="q"
          value={view.q}
          placeholder="Name, e-mail or company"
          data-search
        />
      </label>
      <label>
        <span>Stage</span>
        <select name="stage">
          <Options options={view.stages} />
        </select>
      </label>
      <label>
        <span>Grade</span>
        <select name="grade">
          <Options options={view.fits} />
          <optgroup label="Engagement">
            <Options options={view.heats} />
          </optgroup>
        </select>
      </label>
      <label class="narrow">
        <span>Least score</span>
        <input name="min_score" inputmode="decimal" value={view.minScore} placeholder="0" />
      </label>
      <label>
        <span>Source</span>
        <input name="source" list="sources" value={view.source} placeholder="Any source" />
      </label>
      <datalist id="sources">
        {view.sources.map((source) => (
          <option value={source} />
        ))}
      </datalist>
      {view.hidden.map(({ name, value }) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit">Apply</button>
    </form>
  </search>
)

const Chips = ({ view }: { view: LeadsView }) => (
  <ul class="chips" aria-label="Filters in use">
    {view.chips.map(({ label, href }) => (
      <li>
        <a href={href} aria-label={`Remove the filter ${label}`}>
          {label} <span aria-hidden="true">×</span>
        </a>
      </li>
    ))}
    <li>
      <a class="clear" href={view.clearHref}>
        Clear filters
      </a>
    </li>
  </ul>
)

const Column = ({ column }: { column: ColumnView }) => (
  <th scope="col" aria-sort={column.sorted}>
    {column.href ? (
      <a href={column.href}>
        {column.label} <span aria-hidden="true">{column.arrow}</span>
      </a>
    ) : (
      column.label
    )}
  </th>
)

const Row = ({ row }: { row: LeadRow }) => (
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
    <td class="cell-stage">
      <Stage words={row.stage} stage={row.stageKey} />
    </td>
    <td class="cell-why">{row.why}</td>
    <td class="cell-source">
      {row.firstSource}
      {row.lastSource && (
        <span class="then">
          <span aria-hidden="true"> → </span>
          <span class="hush">then </span>
          {row.lastSource}
        </span>
      )}
    </td>
    <td class="cell-seen">
      <MaybeTime when={row.seen} />
    </td>
  </tr>
)

const EMPTY = {
  none: {
    title: 'No leads yet',
    text: 'A visitor becomes a lead when a form, an identify call or your server says who they are.',
  },
  unmatched: { title: 'No lead matches', text: 'Try fewer filters, or another spelling.' },
  end: { title: 'The end of the list', text: 'There are no more leads after the last page.' },
} as const

const Empty = ({ view, empty }: { view: LeadsView; empty: keyof typeof EMPTY }) => (
  <div class="empty">
    <h2>{EMPTY[empty].title}</h2>
    <p>{EMPTY[empty].text}</p>
    <p>
      {empty === 'none' && (
        <a class="button" href="/connect">
          Get the tag
        </a>
      )}
      {empty === 'unmatched' && (
        <a class="button" href={view.clearHref}>
          Clear filters
        </a>
      )}
    </p>
  </div>
)

const Table = ({ view }: { view: LeadsView }) => (
  <table class="list">
    <caption class="hush">Leads</caption>
    <thead>
      <tr>
        {view.columns.map((column) => (
          <Column column={column} />
        ))}
      </tr>
    </thead>
    <tbody>
      {view.rows.map((row) => (
        <Row row={row} />
      ))}
    </tbody>
  </table>
)

export const Leads = ({ view }: { view: LeadsView }) => (
  <>
    <div class="title">
      <h1>Leads</h1>
    </div>
    <Filters view={view} />
    {view.chips.length > 0 && <Chips view={view} />}
    {view.empty ? <Empty view={view} empty={view.empty} /> : <Table view={view} />}
    <nav class="pager" aria-label="Pages of the list">
      {view.rows.length > 0 && <span>{view.shown} on this page</span>}
      {view.firstHref && <a href={view.firstHref}>First page</a>}
      {view.nextHref && (
        <a class="button" href={view.nextHref} rel="next">
          {view.nextLabel}
        </a>
      )}
    </nav>
  </>
)
