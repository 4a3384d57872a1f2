import { Choices } from './connect.tsx'
import { EventsWays, LeadsWays } from './import-ways.tsx'
import {
  type DryRunView,
  LEADS_TEMPLATE,
  type ProblemsView,
  type ReportView,
  TEMPLATE,
  type UploadView,
} from './present-import.ts'

/** What your CRM knows: how a file is to be, what it would do, and what it did. */

const COLUMNS: readonly (readonly [name: string, words: string, example: string])[] = [
  ['email', 'Who it was; or user_id, or lead with an id such as ld_42', 'ada@example.com'],
  ['type', 'What sales decided; stage and status work too', 'won'],
  ['occurred_at', 'When: a day or an ISO time, in UTC unless it says otherwise', '2026-03-04'],
  ['value', 'What the deal is worth, if you know', '1200.50'],
  ['currency', 'Three letters, if there is a value', 'EUR'],
  ['reason', 'Why, if somebody wrote it down', 'Annual plan'],
]

const TYPES: readonly (readonly [words: string, means: string])[] = [
  ['won, closed won', 'Won'],
  ['lost, closed lost', 'Lost'],
  ['qualified, accepted, SQL', 'Sales-qualified'],
  ['opportunity, open', 'Opportunity'],
  ['disqualified, unqualified, rejected', 'Disqualified'],
  ['recycled, nurture', 'Recycled, to be nurtured again'],
  ['working, contacted', 'Sales is working on it'],
]

const EXAMPLE = `E-mail,Stage,Close date,Amount,Currency
ada@example.com,Closed won,2026-03-04,1200.50,EUR
grace@example.com,Qualified,2026-03-02,,
linus@example.com,Closed lost,2026-02-27,,`

const UploadForm = ({ view }: { view: UploadView }) => (
  <form
    class="import-form"
    method="post"
    action={view.action}
    enctype="multipart/form-data"
    aria-label={view.what === 'leads' ? 'Import people' : 'Import outcomes'}
  >
    <input type="hidden" name="what" value={view.what} />
    <label>
      <span>CSV file</span>
      <input type="file" name="file" accept=".csv,.tsv,.txt,text/csv" required />
    </label>
    <button type="submit">See what it would do</button>
    {view.problem !== '' && (
      <p class="problem" role="alert">
        {view.problem}
      </p>
    )}
    <p class="hint">{view.limits}. Nothing is added before you have seen it and said yes.</p>
  </form>
)

const TOPS = {
  outcomes: {
    title: 'Bring what your CRM knows',
    template: TEMPLATE,
    why: 'Scores are only as good as what sales says. Bring the deals you won and lost and the leads sales took or turned down: your funnel is complete at once, and every lead stands where it really is.',
  },
  leads: {
    title: 'Bring the people you know',
    template: LEADS_TEMPLATE,
    why: 'Sign-ups, newsletter readers, contacts from an event: each becomes a lead with what you know of it. Fit is scored at once, and when they come to your site and say who they are, their visits are theirs.',
  },
  events: {
    title: 'Bring events',
    template: null,
    why: 'What people did elsewhere, or in another tool before: it counts as if it had been seen here. Such files are large, so they come by the command line or the API.',
  },
} as const

export const ImportTab = ({ view }: { view: UploadView }) => {
  const { title, template, why } = TOPS[view.what]
  return (
    <section class="panel" aria-labelledby="import-title">
      <div class="panel-head">
        <h2 id="import-title">{title}</h2>
        {template !== null && (
          <p>
            <a href={template} download>
              Download a template
            </a>
          </p>
        )}
      </div>
      <div class="flow">
        <Choices choices={view.choices} label="What the file holds" />
        <p class="import-why">{why}</p>
        {view.what !== 'events' && <UploadForm view={view} />}
      </div>
      {view.what === 'outcomes' && <OutcomeWays />}
      {view.what === 'leads' && <LeadsWays />}
      {view.what === 'events' && <EventsWays commands={view.commands} />}
    </section>
  )
}

const OutcomeWays = () => (
  <div class="flow">
    <h3>How the file is read</h3>
    <p>
      The first line names the columns, each further line is one thing that sales decided. Whatever
      your CRM calls them, most names are understood; other columns are left aside.
    </p>
    <section class="import-scroll" tabindex={0} aria-label="An example">
      <pre>{EXAMPLE}</pre>
    </section>
    <div class="import-ways">
      <section class="import-scroll" tabindex={0} aria-label="Columns">
        <table class="import-table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Says</th>
              <th scope="col">Such as</th>
            </tr>
          </thead>
          <tbody>
            {COLUMNS.map(([name, words, example]) => (
              <tr>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{words}</td>
                <td>{example}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section class="import-scroll" tabindex={0} aria-label="Types">
        <table class="import-table">
          <thead>
            <tr>
              <th scope="col">A type of</th>
              <th scope="col">Means</th>
            </tr>
          </thead>
          <tbody>
            {TYPES.map(([words, means]) => (
              <tr>
                <th scope="row">{words}</th>
                <td>{means}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
    <p class="hint">
      Import the same file again whenever you like: what is known already is never added twice.
      People whom this site has never seen are skipped, and told to you.
    </p>
  </div>
)

export const Problems = ({ view }: { view: ProblemsView }) => (
  <section class="panel" aria-labelledby="skipped-title">
    <div class="panel-head">
      <h2 id="skipped-title">{view.title}</h2>
      <p>
        <a href={view.href} download>
          Download them, with why
        </a>
      </p>
    </div>
    {view.list.length === 0 ? (
      <p class="blank">Nothing is wrong with them: Pique knows it already.</p>
    ) : (
      <ul class="flow import-problems">
        {view.list.map(({ line, who, why }) => (
          <li>
            <strong>{line}</strong> <span>{who}</span> {why}
          </li>
        ))}
      </ul>
    )}
  </section>
)

const Rows = ({ view }: { view: DryRunView }) => (
  <section class="panel" aria-labelledby="rows-title">
    <div class="panel-head">
      <h2 id="rows-title">{view.firstTitle}</h2>
      <p>Days and times in UTC</p>
    </div>
    <div class="flow">
      <section class="import-scroll" tabindex={0} aria-label="Rows as they would be taken">
        <table class="import-table" data-part="rows">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Who</th>
              <th scope="col">What sales said</th>
              <th scope="col">When</th>
              <th scope="col">Value</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {view.first.map((row) => (
              <tr>
                <td>{row.line}</td>
                <th scope="row">
                  <a href={row.href}>{row.who}</a>
                </th>
                <td>{row.what}</td>
                <td class="import-when">{row.when}</td>
                <td>{row.worth || '–'}</td>
                <td>{row.reason || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  </section>
)

const Moves = ({ view }: { view: DryRunView }) => (
  <ul class="import-moves" aria-label="Stages that would change">
    {view.moves.map(({ from, to, leads }) => (
      <li>
        <strong>{leads}</strong> {from} <span aria-hidden="true">→</span>
        <span class="hush">to</span> {to}
      </li>
    ))}
  </ul>
)

export const DryRun = ({ view }: { view: DryRunView }) => (
  <div class="incoming">
    <section class="panel" aria-labelledby="run-title">
      <div class="panel-head">
        <h2 id="run-title" class="import-title">
          {view.title}
        </h2>
        <p>{view.file}</p>
      </div>
      <div class="flow">
        <p data-part="rest">{view.rest}</p>
        {view.unused !== '' && <p class="hint">{view.unused}</p>}
        {view.moves.length > 0 && <Moves view={view} />}
        {view.stays !== '' && <p>{view.stays}</p>}
        <div class="import-do">
          {view.button !== null && (
            <form method="post" action={view.action}>
              <button type="submit">{view.button}</button>
            </form>
          )}
          <a class="button plain" href={view.againHref}>
            Choose another file
          </a>
        </div>
        <p class="hint">
          Nothing is added yet. Each outcome bears your name, and can be taken back on the lead’s
          page.
        </p>
      </div>
    </section>
    {view.problems && <Problems view={view.problems} />}
    {view.first.length > 0 && <Rows view={view} />}
  </div>
)

export const Report = ({ view }: { view: ReportView }) => (
  <section class="panel" aria-labelledby="report-title">
    <div class="panel-head">
      <h2 id="report-title" class="import-title">
        {view.title}
      </h2>
      <p>{view.file}</p>
    </div>
    <div class="flow">
      <p data-part="rest">{view.rest}</p>
      <div class="import-do">
        <a class="button" href={view.next.href}>
          {view.next.label}
        </a>
        {view.skippedHref !== null && (
          <a class="button plain download" href={view.skippedHref} download>
            Skipped rows, with why
          </a>
        )}
        <a class="button plain" href={view.againHref}>
          Import another file
        </a>
      </div>
    </div>
  </section>
)
