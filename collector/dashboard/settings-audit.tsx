import { Time } from './marks.tsx'
import type { AuditRow, AuditView } from './present-audit.ts'
import type { SettingsPanel } from './settings.tsx'

/** Who changed or read out what. */

const Row = ({ row }: { row: AuditRow }) => (
  <tr data-grave={row.isGrave ? 'yes' : undefined}>
    <td class="audit-when">
      <Time when={row.when} />
    </td>
    <th scope="row">
      {row.by} <span class="audit-did">{row.did}</span>
    </th>
    <td>
      {row.subject?.href ? <a href={row.subject.href}>{row.subject.text}</a> : row.subject?.text}
      {row.detail && <small> {row.detail}</small>}
    </td>
  </tr>
)

const Filters = ({ view }: { view: AuditView }) => (
  <form class="settings-form" method="get" action="/settings/audit">
    <label>
      <span>Who</span>
      <input type="text" name="who" value={view.who} list="audit-people" autocomplete="off" />
    </label>
    <datalist id="audit-people">
      {view.people.map((name) => (
        <option value={name} />
      ))}
    </datalist>
    <label>
      <span>Did what</span>
      <select name="what">
        <option value="">Anything</option>
        {view.actions.map(({ value, label, isChosen }) => (
          <option value={value} selected={isChosen}>
            {label}
          </option>
        ))}
      </select>
    </label>
    <label>
      <span>To what</span>
      <input type="text" name="on" value={view.on} placeholder="ld_7" autocomplete="off" />
    </label>
    <button type="submit">Filter</button>
  </form>
)

export function auditPanel(view: AuditView): SettingsPanel {
  const body = (
    <div class="settings-body">
      <Filters view={view} />
      {view.rows.length === 0 ? (
        <p class="blank">
          <strong>{view.isFiltered ? 'Nothing that fits' : 'Nothing yet'}</strong>
          {view.isFiltered
            ? 'Leave a field empty to see more.'
            : 'Whoever signs in, changes or exports something is written down here.'}
        </p>
      ) : (
        <div class="settings-wide" tabindex={0}>
          <table class="settings-table audit">
            <caption class="hush">Who did what, newest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who did what</th>
                <th scope="col">To what</th>
              </tr>
            </thead>
            <tbody>
              {view.rows.map((row) => (
                <Row row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <nav class="pager" aria-label="Pages of the log">
        <a href={view.csv}>Download as CSV</a>
        {view.isFiltered && <a href="/settings/audit">Everything</a>}
        {view.first && <a href={view.first}>Newest</a>}
        {view.next && (
          <a class="button" href={view.next} rel="next">
            Older
          </a>
        )}
      </nav>
    </div>
  )
  const about = 'Who changed or read out what; nobody can change it'
  return { id: 'audit', title: 'Audit log', about, body }
}
