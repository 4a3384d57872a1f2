import { Choices } from './connect.tsx'
import { MaybeTime } from './marks.tsx'
import type { ExportsView, ExportView, KeysView } from './present-connect.ts'
import { TagBox } from './tag-box.tsx'

/** What flows out: keys for programs, and downloads. For owners. */

export const KeysTab = ({ view }: { view: KeysView }) => (
  <div class="incoming">
    <section class="panel" aria-labelledby="site-keys-title">
      <div class="panel-head">
        <h2 id="site-keys-title">This site</h2>
        <p>The key stands in the tag, so it is no secret</p>
      </div>
      <dl class="site-keys flow">
        <dt>Key</dt>
        <dd>
          <code>{view.siteKey}</code>
        </dd>
        <dt>Id in the API</dt>
        <dd>
          <code>{view.siteId}</code>
        </dd>
        <dt>Write key, signing secret</dt>
        <dd>Shown once, when the site was made, and sealed since then.</dd>
      </dl>
    </section>
    <section class="panel" aria-labelledby="api-keys-title">
      <div class="panel-head">
        <h2 id="api-keys-title">API keys that open it</h2>
        <p>
          <a href="/settings/keys">Make or revoke keys in Settings</a>
        </p>
      </div>
      {view.keys.length === 0 ? (
        <p class="blank">
          <strong>No program has a key.</strong> Make one, and your CRM can read leads and report
          sales.
        </p>
      ) : (
        <ul class="settings-list flow">
          {view.keys.map((key) => (
            <li class="settings-row">
              <div class="settings-who">
                <strong>{key.name}</strong>
              </div>
              <p class="settings-facts">{key.facts}</p>
              <small>
                made <MaybeTime when={key.since} />
              </small>
            </li>
          ))}
        </ul>
      )}
    </section>
    <section class="panel" aria-labelledby="api-title">
      <div class="panel-head">
        <h2 id="api-title">Ask the API</h2>
        <p>
          <a href="/docs">All it can do</a>
        </p>
      </div>
      <div class="flow">
        <TagBox tag={view.curl} id="curl" />
      </div>
    </section>
  </div>
)

const Kind = ({ kind }: { kind: ExportView }) => (
  <li class="settings-row">
    <div class="settings-who">
      <strong>{kind.title}</strong>
    </div>
    <p class="settings-facts">{kind.words}</p>
    <div class="settings-actions">
      {kind.files.map((file) => (
        <a
          class="button download"
          href={file.href}
          download
          aria-label={`Download ${kind.title.toLowerCase()} as ${file.label}`}
        >
          {file.label}
        </a>
      ))}
    </div>
  </li>
)

export const ExportTab = ({ view }: { view: ExportsView }) => (
  <section class="panel" aria-labelledby="export-title">
    <div class="panel-head">
      <h2 id="export-title">Download what is known</h2>
      <p>Every row of this site, as of now</p>
    </div>
    <div class="flow export">
      <Choices choices={view.periods} label="Period" />
      <form class="settings-form" method="get" action="/connect">
        <input type="hidden" name="site" value={view.site} />
        <input type="hidden" name="tab" value="export" />
        <label>
          <span>From</span>
          <input type="date" name="since" value={view.since} />
        </label>
        <label>
          <span>To, that day included (UTC)</span>
          <input type="date" name="until" value={view.until} />
        </label>
        <button type="submit" class="plain">
          Set the period
        </button>
        {view.problem !== '' && (
          <p class="problem" role="alert">
            {view.problem}
          </p>
        )}
      </form>
      {view.problem === '' && (
        <ul class="settings-list">
          {view.kinds.map((kind) => (
            <Kind kind={kind} />
          ))}
        </ul>
      )}
      <p class="hint">
        CSV opens in any spreadsheet: what it would take for a formula begins with an apostrophe.
        NDJSON is a JSON object a line, as the API tells it; of events it holds all that an import
        needs. Parquet is for data tools such as DuckDB. A download that fails in between is not
        whole; start it again.
      </p>
    </div>
  </section>
)
