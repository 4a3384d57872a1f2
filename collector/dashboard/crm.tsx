import { Choices } from './connect.tsx'
import { Time } from './marks.tsx'
import type { ChoiceView } from './present-connect.ts'
import type { CrmRow, CrmsView } from './present-crm.ts'
import { SureButton } from './settings.tsx'
import { TagBox } from './tag-box.tsx'
import { Panel, State } from './webhooks.tsx'

/** CRMs that are kept in step with the leads: how each stands, and how to connect one. */

const Row = ({ row }: { row: CrmRow }) => (
  <li class="settings-row">
    <div class="settings-who">
      <strong>
        {row.name}
        {row.kind !== '' && <small> {row.kind}</small>}
      </strong>
      <State state={row.state} />{' '}
      <small>
        {row.synced ? (
          <>
            last in step <Time when={row.synced} />
          </>
        ) : (
          'not in step yet'
        )}
      </small>
    </div>
    <div class="settings-facts">
      <p>{row.facts}</p>
      {row.why !== '' && (
        <p>
          <strong>{row.why}</strong>
          {row.failingSince && (
            <>
              {' '}
              First <Time when={row.failingSince} />.
            </>
          )}
        </p>
      )}
      {row.refused.length > 0 && (
        <details class="settings-more">
          <summary>{row.refusedTitle}</summary>
          <ul class="notes">
            {row.refused.map(({ lead, href, why }) => (
              <li>
                <a href={href}>{lead}</a>: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
    <div class="settings-actions">
      <SureButton
        action={row.removeAction}
        word="Remove"
        sure="Yes, disconnect it"
        what={row.name}
        says={[
          'It is sent nothing more, and keeps what it has.',
          'There is no undo, but connected again, every lead is sent anew.',
        ]}
      />
    </div>
  </li>
)

const Add = ({ view }: { view: CrmsView }) => (
  <form
    class="settings-form link-form"
    method="post"
    action={view.action}
    aria-label="Connect a CRM"
  >
    <input type="hidden" name="kind" value={view.kind} />
    {view.kind === 'salesforce' && (
      <label>
        <span>Where it is</span>
        <input
          type="url"
          name="url"
          maxlength={300}
          required
          value={view.url}
          placeholder="https://YOURNAME.my.salesforce.com"
        />
      </label>
    )}
    <label>
      <span>{view.secretLabel}</span>
      <input type="password" name="secret" maxlength={4096} required autocomplete="off" />
    </label>
    <label>
      <span>Name</span>
      <input
        type="text"
        name="name"
        maxlength={100}
        value={view.name}
        placeholder={view.kindName}
      />
    </label>
    <label>
      <span>Leads of</span>
      <select name="of">
        {view.sites.map(({ value, label }) => (
          <option value={value} selected={value === view.site}>
            {label}
          </option>
        ))}
      </select>
    </label>
    <button type="submit">Connect {view.kindName}</button>
  </form>
)

export const Crms = ({ view, tabs }: { view: CrmsView; tabs: readonly ChoiceView[] }) => (
  <div class="settings">
    <div class="title">
      <h1>CRM</h1>
      <Choices choices={tabs} label="Parts of Connect" />
    </div>
    <Panel id="crms" title="Kept in step" about="Score, grade, stage and reasons of every lead">
      {view.rows.length === 0 && (
        <p class="hint">
          No CRM is connected. Connect one, and whoever works there sees each lead’s score and why,
          a few seconds after it changes.
        </p>
      )}
      <ul class="settings-list">
        {view.rows.map((row) => (
          <Row row={row} />
        ))}
      </ul>
      <h3 id="add-title">Connect one</h3>
      <Choices choices={view.choices} label="CRM" />
      <p class="hint">{view.hint}</p>
      <Add view={view} />
      <p class="hint">The secret is sealed, and never shown again.</p>
      <details class="settings-more">
        <summary>With fields of your own</summary>
        <p>A file says which field gets what; connect it from the command line:</p>
        <TagBox tag={view.command} id="crm-command" />
      </details>
    </Panel>
  </div>
)
