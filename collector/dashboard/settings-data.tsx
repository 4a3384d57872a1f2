import type { RetentionView } from './present-data.ts'
import type { SettingsPanel } from './settings.tsx'

/** What is kept, how long, and where copies are. */

export function retentionPanel(view: RetentionView): SettingsPanel {
  const body = (
    <div class="settings-body">
      <p>
        Events are kept for <strong>{view.months}</strong>. Visits that ended before{' '}
        <strong>{view.before}</strong> are gone, or go with the next pruning; it runs every hour.
      </p>
      <div class="settings-wide" tabindex={0}>
        <table class="settings-table kept">
          <caption class="hush">What is kept how long</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">How long</th>
              <th scope="col">And then</th>
            </tr>
          </thead>
          <tbody>
            {view.kept.map(({ what, long, next }) => (
              <tr>
                <th scope="row">{what}</th>
                <td class="settings-long">{long}</td>
                <td>{next}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>How to change it</h3>
      <p>
        Whoever runs the collector sets the months, from 1 up, and starts it anew. Fewer months take
        effect within an hour, and what is deleted then does not come back.
      </p>
      <dl class="settings-ways">
        {view.ways.map(({ where, text }) => (
          <>
            <dt>{where}</dt>
            <dd>
              <code>{text}</code>
            </dd>
          </>
        ))}
      </dl>
      <p>
        Visitors read the same on <a href="/privacy">the privacy page</a>; link it from your policy.
      </p>
    </div>
  )
  return { id: 'retention', title: 'Retention', about: 'What is kept, and for how long', body }
}

export function backupsPanel({ backups, demo }: RetentionView): SettingsPanel {
  const body = (
    <div class="settings-body">
      {backups.length === 0 ? (
        <p class="hint">
          {demo ? 'The demo’s store is thrown away, so nobody backs it up.' : 'No backup is known.'}{' '}
          Whoever runs the collector makes one with <code>pique backup --to FILE</code>; it is
          listed here until you said it would be removed.
        </p>
      ) : (
        <div class="settings-wide" tabindex={0}>
          <table class="settings-table">
            <caption class="hush">Backups that still exist</caption>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Made</th>
                <th scope="col">To be removed</th>
              </tr>
            </thead>
            <tbody>
              {backups.map(({ path, made, until }) => (
                <tr>
                  <th scope="row">
                    <code>{path}</code>
                  </th>
                  <td>{made}</td>
                  <td>{until}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
  const about = 'Whoever is erased stays in them until they are removed'
  return { id: 'backups', title: 'Backups', about, body }
}
