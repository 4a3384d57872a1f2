import type { ErasedView, FindView, FoundView } from './present-erase.ts'
import type { SettingsPanel } from './settings.tsx'

/** Erasing somebody in two steps, and what came of it. */

export function findPanel(view: FindView = { who: '', sites: [] }): SettingsPanel {
  const body = (
    <div class="settings-body">
      {view.sites.length > 0 ? (
        <p role="status">Several sites know this person. Which one is meant?</p>
      ) : (
        <p class="hint">
          First you see what would go; nothing is erased until you say so. People who are only named
          in events that wait or were refused are found by e-mail or user id too.
        </p>
      )}
      <form class="settings-form" method="post" action="/settings/erase/find">
        <label>
          <span>E-mail, user id, or lead such as ld_7</span>
          <input
            type="text"
            name="who"
            maxlength={500}
            required
            autocomplete="off"
            value={view.who}
          />
        </label>
        {view.sites.length > 0 && (
          <label>
            <span>Site</span>
            <select name="site">
              {view.sites.map(({ value, label }) => (
                <option value={value}>{label}</option>
              ))}
            </select>
          </label>
        )}
        <button type="submit">Look what would go</button>
      </form>
    </div>
  )
  return { id: 'find', title: 'Erase a person', about: 'Everywhere, for good', body }
}

/** Where the person still is afterwards. */
const Stays = ({ stays }: { stays: readonly string[] }) =>
  stays.length === 0 ? (
    <p class="hint">No backup that is known holds this person.</p>
  ) : (
    <ul class="settings-points">
      {stays.map((words) => (
        <li>{words}</li>
      ))}
    </ul>
  )

export function foundPanel(view: FoundView): SettingsPanel {
  const body = (
    <div class="settings-body" role="status">
      <p>This would go, and could not be brought back:</p>
      <ul class="settings-goes">
        {view.goes.map((words) => (
          <li>{words}</li>
        ))}
      </ul>
      <Stays stays={view.stays} />
      <form method="post" action="/settings/erase" class="settings-confirm">
        <input type="hidden" name="who" value={view.who} />
        <input type="hidden" name="site" value={view.site} />
        <input type="hidden" name="lead" value={view.lead} />
        <button type="submit" class="grave">
          Erase for good
        </button>
        <a href="/settings/erase">No, keep it all</a>
      </form>
    </div>
  )
  return { id: 'found', title: view.title, about: 'Nothing is erased yet', body }
}

export function erasedPanel(view: ErasedView): SettingsPanel {
  const body = (
    <div class="settings-body" role="status">
      <p>{view.words}</p>
      <Stays stays={view.stays} />
    </div>
  )
  return { id: 'erased', title: 'Erased', about: 'The audit log keeps the number alone', body }
}
