import type { Child } from 'hono/jsx'
import type { TabView } from './present-settings.ts'

/**
 * Settings: tabs with their own addresses, and in each one panel a subject. Another subject is another
 * `SettingsPart` in settings-routes.ts; its forms post to paths of their own below `/settings`.
 */
export interface SettingsPanel {
  /** Its place in the page, for links that come back to it. */
  readonly id: string
  readonly title: string
  readonly about: string
  readonly body: Child
}

const Panel = ({ panel }: { panel: SettingsPanel }) => (
  <section class="panel settings-panel" id={panel.id} aria-labelledby={`${panel.id}-title`}>
    <div class="panel-head">
      <h2 id={`${panel.id}-title`}>{panel.title}</h2>
      <p>{panel.about}</p>
    </div>
    {panel.body}
  </section>
)

interface SettingsProps {
  readonly tabs: readonly TabView[]
  readonly panels: readonly SettingsPanel[]
}

export const Settings = ({ tabs, panels }: SettingsProps) => (
  <div class="settings">
    <div class="title">
      <h1>Settings</h1>
      {tabs.length > 0 && (
        <nav aria-label="Settings">
          <ul class="tabs">
            {tabs.map(({ href, label, current }) => (
              <li>
                <a href={href} aria-current={current ? 'page' : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </div>
    {panels.map((panel) => (
      <Panel panel={panel} />
    ))}
  </div>
)

/** A button that asks once more before it does what can't be undone; without scripts too. */
export const SureButton = ({
  action,
  word,
  sure,
  what,
  says = [],
}: {
  action: string
  word: string
  sure: string
  /** What the button is for, for those who don't see the row around it. */
  what: string
  /** What comes of it, in sentences. */
  says?: readonly string[]
}) => (
  <details class="sure">
    <summary class="button" aria-label={`${word} ${what}`}>
      {word}
    </summary>
    <form method="post" action={action} data-says={says.length > 0 ? 'yes' : undefined}>
      {says.map((words) => (
        <p>{words}</p>
      ))}
      <button type="submit">{sure}</button>
    </form>
  </details>
)
