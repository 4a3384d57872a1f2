import { Problems } from './import.tsx'
import type { LeadsRunView } from './present-import-leads.ts'

/** What importing people would do. */

const Columns = ({ view }: { view: LeadsRunView }) => (
  <ul class="import-moves" aria-label="What each column is taken for">
    {view.columns.map(({ name, as }) => (
      <li>
        <strong>{name}</strong> <span aria-hidden="true">→</span>
        <span class="hush">is taken for</span> {as}
      </li>
    ))}
  </ul>
)

const People = ({ view }: { view: LeadsRunView }) => (
  <section class="panel" aria-labelledby="rows-title">
    <div class="panel-head">
      <h2 id="rows-title">{view.firstTitle}</h2>
    </div>
    <div class="flow">
      <section class="import-scroll" tabindex={0} aria-label="People as they would be taken">
        <table class="import-table" data-part="rows">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Who</th>
              <th scope="col">What it does</th>
              <th scope="col">What it says</th>
            </tr>
          </thead>
          <tbody>
            {view.first.map((row) => (
              <tr>
                <td>{row.line}</td>
                <th scope="row">{row.who}</th>
                <td>{row.fate}</td>
                <td>{row.traits || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  </section>
)

export const LeadsRun = ({ view }: { view: LeadsRunView }) => (
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
        <Columns view={view} />
        {view.unused !== '' && <p class="hint">{view.unused}</p>}
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
          Nothing is added yet. There is no undo for all at once: erasing somebody on their page
          takes them out again.
        </p>
      </div>
    </section>
    {view.problems && <Problems view={view.problems} />}
    {view.first.length > 0 && <People view={view} />}
  </div>
)
