import { LeadCell } from './lead-cells.tsx'
import type { ColumnView, FieldView, LeadsView, OptionView } from './present-leads.ts'

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

const Hidden = ({ fields }: { fields: readonly FieldView[] }) => (
  <>
    {fields.map(({ name, value }) => (
      <input type="hidden" name={name} value={value} />
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
      <label>
        <span>Last seen</span>
        <select name="seen_since">
          <Options options={view.seens} />
        </select>
      </label>
      <Hidden fields={view.hidden} />
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
  <th scope="col" aria-sort={column.sorted} title={column.title} class={`head-${column.key}`}>
    {column.href ? (
      <a href={column.href}>
        {column.label} <span aria-hidden="true">{column.arrow}</span>
      </a>
    ) : (
      column.label
    )}
  </th>
)

const Tabs = ({ view }: { view: LeadsView }) => (
  <nav aria-label="Views">
    <ul class="tabs">
      {view.tabs.tabs.map((tab) => (
        <li>
          <a href={tab.href} aria-current={tab.current ? 'true' : undefined}>
            {tab.label}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

const Chooser = ({ view }: { view: LeadsView }) => (
  <details class="menu">
    <summary class="button">Columns</summary>
    <form action="/leads" method="get">
      <Hidden fields={view.chooser.hidden} />
      <fieldset>
        <legend>Show beside each lead</legend>
        {view.chooser.choices.map(({ key, label, chosen }) => (
          <label class="choice">
            <input type="checkbox" name="col" value={key} checked={chosen} /> {label}
          </label>
        ))}
      </fieldset>
      <p class="menu-foot">
        <button type="submit">Show these</button>
        <a href={view.chooser.usualHref}>The usual ones</a>
      </p>
    </form>
  </details>
)

const SaveView = ({ query, name }: { query: string; name: string }) => (
  <details class="menu" open={name !== ''}>
    <summary class="button">Save view</summary>
    <form action="/leads/views" method="post">
      <p class="hint">Keeps these filters, columns and this order as a tab for the whole team.</p>
      <input type="hidden" name="query" value={query} />
      <label>
        <span>Name</span>
        <input name="name" value={name} required maxlength={40} placeholder="Trials in Sweden" />
      </label>
      <p class="menu-foot">
        <button type="submit">Save</button>
      </p>
    </form>
  </details>
)

const EditView = ({ view }: { view: NonNullable<LeadsView['tabs']['current']> }) => (
  <details class="menu">
    <summary class="button">Edit view</summary>
    <div>
      <form action={`/leads/views/${view.id}/rename`} method="post">
        <label>
          <span>Name</span>
          <input name="name" value={view.name} required maxlength={40} />
        </label>
        <p class="menu-foot">
          <button type="submit">Rename</button>
        </p>
      </form>
      <form action={`/leads/views/${view.id}/remove`} method="post">
        <p class="menu-foot">
          <button type="submit" class="plain">
            Remove this view
          </button>
        </p>
        <p class="hint">Saved by {view.by}. Its leads stay; only the tab goes.</p>
      </form>
    </div>
  </details>
)

const Tools = ({ view }: { view: LeadsView }) => (
  <div class="tools">
    <p class="tally">
      <strong>{view.total}</strong> <span class="hint">{view.since}</span>
    </p>
    {view.saving !== null && view.tabs.name === null && (
      <SaveView query={view.saving} name={view.typedName} />
    )}
    {view.saving !== null && view.tabs.current && <EditView view={view.tabs.current} />}
    <Chooser view={view} />
    <a class="button" href={view.csvHref} download>
      CSV
    </a>
  </div>
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

/** More columns than a window is wide scroll in a box of their own. */
const WideTable = ({ view }: { view: LeadsView }) => (
  <section class="wide" tabindex={0} aria-label="Leads, more columns to the right">
    <Table view={view} />
  </section>
)

const Table = ({ view }: { view: LeadsView }) => (
  <table class="list leads">
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
        <tr>
          {view.columns.map(({ key }) => (
            <LeadCell column={key} row={row} />
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)

const Rows = ({ view }: { view: LeadsView }) =>
  view.isWide ? <WideTable view={view} /> : <Table view={view} />

export const Leads = ({ view }: { view: LeadsView }) => (
  <>
    <div class="title">
      <h1>Leads</h1>
      <Tabs view={view} />
    </div>
    <Filters view={view} />
    {view.chips.length > 0 && <Chips view={view} />}
    {view.empty !== 'none' && <Tools view={view} />}
    {view.empty ? <Empty view={view} empty={view.empty} /> : <Rows view={view} />}
    <nav class="pager" aria-label="Pages of the list">
      {view.position && <span>{view.position}</span>}
      {view.firstHref && <a href={view.firstHref}>First page</a>}
      {view.nextHref && (
        <a class="button" href={view.nextHref} rel="next">
          {view.nextLabel}
        </a>
      )}
    </nav>
  </>
)
