import { FUNNEL_BOX, WHISKER_BOX } from './funnel-shape.ts'
import { Bar, Time } from './marks.tsx'
import type { LinkView } from './present.ts'
import type { RateView, SourceColumn, SourceRow } from './present-source-rows.ts'
import type { SourcesView } from './present-sources.ts'

/** Sources: everybody's funnel, and below it who brought them. */

const Tabs = ({ label, links }: { label: string; links: readonly LinkView[] }) => (
  <nav aria-label={label}>
    <ul class="tabs">
      {links.map((link) => (
        <li>
          <a href={link.href} aria-current={link.current ? 'true' : undefined}>
            {link.label}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

const Whisker = ({ rate }: { rate: RateView }) => {
  const { width, height } = WHISKER_BOX
  const { dot, low, high } = rate.whisker
  const middle = height / 2
  return (
    <svg class="whisker" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={`M0 ${middle}H${width}`} />
      <path class="reach" d={`M${low} ${middle}H${high}`} />
      <circle cx={dot} cy={middle} r={middle - 1} />
    </svg>
  )
}

const Rate = ({ rate }: { rate: RateView }) => (
  <span class="rate" data-unsure={rate.isUnsure ? 'yes' : undefined} title={rate.words}>
    <Whisker rate={rate} />
    <span>
      {rate.rate} <small>({rate.range})</small>
    </span>
  </span>
)

const Funnel = ({ view }: { view: SourcesView }) => (
  <section class="panel funnel" aria-labelledby="funnel-title">
    <div class="panel-head">
      <h2 id="funnel-title">From visit to won</h2>
      <p>{view.cohort}</p>
    </div>
    <div class="funnel-body">
      <ol>
        {view.steps.map((step) => (
          <li data-step={step.key}>
            <span>{step.label}</span>
            <strong data-count={step.key}>{step.count}</strong>
            {step.rate && <Rate rate={step.rate} />}
            {step.rate && <small>{step.of}</small>}
          </li>
        ))}
      </ol>
      <svg
        class="funnel-shape"
        viewBox={`0 0 ${FUNNEL_BOX.width} ${FUNNEL_BOX.height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {view.shape.bands.map((band) => (
          <path d={band} />
        ))}
      </svg>
    </div>
    {view.facts.length > 0 && (
      <ul class="facts">
        {view.facts.map((fact) => (
          <li>{fact}</li>
        ))}
      </ul>
    )}
    <details class="funnel-table">
      <summary>The funnel as a table</summary>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Got this far or further</th>
            <th scope="col">Of the step before</th>
            <th scope="col">95 % interval</th>
          </tr>
        </thead>
        <tbody>
          {view.steps.map((step) => (
            <tr>
              <th scope="row">{step.label}</th>
              <td>{step.count}</td>
              <td>{step.rate ? step.rate.rate : '–'}</td>
              <td>{step.rate ? `${step.rate.range} %` : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  </section>
)

const Chips = ({ chips }: { chips: SourcesView['chips'] }) => (
  <ul class="chips" aria-label="Looked at closer">
    {chips.map(({ label, href }) => (
      <li>
        <a href={href} aria-label={`Leave ${label}`}>
          {label} <span aria-hidden="true">×</span>
        </a>
      </li>
    ))}
  </ul>
)

const Column = ({ column }: { column: SourceColumn }) => (
  <th scope="col" aria-sort={column.sorted ?? column.rate?.sorted}>
    {column.href ? (
      <a href={column.href} data-on={column.sorted && 'yes'}>
        {column.label} <span aria-hidden="true">{column.arrow}</span>
      </a>
    ) : (
      column.label
    )}
    {column.rate?.href && (
      <a
        class="by-rate"
        href={column.rate.href}
        data-on={column.rate.sorted && 'yes'}
        aria-label={`Sort by rate of ${column.label}`}
      >
        {column.rate.label} {column.rate.arrow}
      </a>
    )}
  </th>
)

const NONE = '–'
const LABELS = ['Leads', 'MQLs', 'SQLs', 'Won'] as const

const Row = ({ row }: { row: SourceRow }) => (
  <tr>
    <th scope="row" class="cell-source">
      {row.href ? (
        <a href={row.href} data-row>
          {row.name}
        </a>
      ) : (
        row.name
      )}
      {row.hint && <small>{row.hint}</small>}
    </th>
    <td class="cell-visitors" data-label="Visitors">
      <span>{row.visitors}</span>
      <Bar share={row.share} tone="fit" />
    </td>
    {row.cells.map((cell, i) => (
      <td class="cell-step" data-label={LABELS[i]}>
        {cell.href ? (
          <a
            href={cell.href}
            title={cell.shows}
            aria-label={`${cell.count} leads of ${row.name}. ${cell.shows}`}
          >
            {cell.count}
          </a>
        ) : (
          cell.count
        )}
        {cell.rate && <Rate rate={cell.rate} />}
      </td>
    ))}
    <td class="cell-value" data-label="Value" data-none={row.value === NONE ? 'yes' : undefined}>
      {row.value}
    </td>
    <td
      class="cell-days"
      data-label="Days to MQL"
      data-none={row.days === NONE ? 'yes' : undefined}
    >
      {row.days}
    </td>
  </tr>
)

const Table = ({ view }: { view: SourcesView }) => (
  // A box of its own to scroll in, which keys can reach.
  <section class="scroll" aria-label={view.caption} tabindex={0}>
    <table class="sources">
      <caption class="hush">{view.caption}</caption>
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
  </section>
)

const Teach = ({ example }: { example: string }) => (
  <section class="teach" aria-labelledby="teach-title">
    <h2 id="teach-title">Tell Pique which link somebody followed</h2>
    <p>
      Search engines, ads with a click id and pages that link to you are recognised by themselves.
      For everything you send out yourself (newsletters, posts, QR codes), add three words to the
      link:
    </p>
    <pre>
      <code>{example}</code>
    </pre>
    <ul class="facts">
      <li>
        <code>utm_source</code> is who sends it: newsletter, linkedin, partner-name.
      </li>
      <li>
        <code>utm_medium</code> is how: email, cpc, social, referral. It decides the channel.
      </li>
      <li>
        <code>utm_campaign</code> is what for. It becomes a row here.
      </li>
    </ul>
  </section>
)

const EMPTY = {
  none: {
    title: 'Nobody has come yet',
    text: 'As soon as the tag sees its first visit, this page says where it came from and how far it got.',
    href: '/connect',
    label: 'Get the tag',
  },
  period: {
    title: 'Nobody in this period',
    text: 'Nobody who was first seen in it came like that.',
    href: '',
    label: 'Everybody, all time',
  },
} as const

const Empty = ({ view, empty }: { view: SourcesView; empty: keyof typeof EMPTY }) => (
  <div class="empty">
    <h2>{EMPTY[empty].title}</h2>
    <p>{EMPTY[empty].text}</p>
    <p>
      <a class="button" href={EMPTY[empty].href || view.allHref}>
        {EMPTY[empty].label}
      </a>
    </p>
  </div>
)

const Meaning = ({ view }: { view: SourcesView }) => (
  <details class="meaning">
    <summary>How this is counted</summary>
    <ul>
      <li>
        {view.cohort} A person counts in the period of the first visit, however much later they
        qualify.
      </li>
      <li>Where somebody came from is {view.touchWords}; a lead’s is over all its browsers.</li>
      <li>
        Each step counts who got that far or further: a customer counts as lead, MQL and SQL too.
        MQL is who ever became one; SQL and won are what sales reported.
      </li>
      <li>
        “12 % (8–17)” means: 12 % of those counted, and with 95 % certainty the true share lies
        between 8 and 17 %. A long line says that few were counted. Sorting by rate goes by the
        lower end.
      </li>
      <li>Visitors are browsers with a person behind. Programs never count.</li>
    </ul>
  </details>
)

const Found = ({ view }: { view: SourcesView }) => (
  <>
    <Funnel view={view} />
    <div class="title divide">
      <Tabs label="Rows" links={view.tabs} />
      <a class="button" href={view.csvHref} download>
        CSV
      </a>
    </div>
    <Table view={view} />
    <p class="pager">
      <span>
        {view.counted && (
          <>
            Visitors as counted <Time when={view.counted} />; leads as of now.{' '}
          </>
        )}
        {view.more}
      </span>
    </p>
  </>
)

export const Sources = ({ view }: { view: SourcesView }) => (
  <>
    <div class="title">
      <h1>Sources</h1>
      <Tabs label="Period" links={view.periods} />
      <Tabs label="Touch" links={view.touches} />
    </div>
    {view.chips.length > 0 && <Chips chips={view.chips} />}
    {view.empty ? <Empty view={view} empty={view.empty} /> : <Found view={view} />}
    {view.example && <Teach example={view.example} />}
    {!view.empty && <Meaning view={view} />}
  </>
)

/** While a large store is counted for the first time; the page comes again by itself. */
export const Counting = () => (
  <div class="empty" role="status">
    <h1>Visitors are being counted</h1>
    <p>This takes some seconds after a start, and this page comes again by itself.</p>
  </div>
)
