import type { Child } from 'hono/jsx'

/**
 * Settings: one panel a subject. Another subject is another `SettingsPanel` in the list that
 * settings-routes.ts hands over; its form posts to a path of its own below `/settings`.
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
  readonly panels: readonly SettingsPanel[]
}

export const Settings = ({ panels }: SettingsProps) => (
  <div class="settings">
    <div class="title">
      <h1>Settings</h1>
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
}: {
  action: string
  word: string
  sure: string
  /** What the button is for, for those who don't see the row around it. */
  what: string
}) => (
  <details class="sure">
    <summary class="button" aria-label={`${word} ${what}`}>
      {word}
    </summary>
    <form method="post" action={action}>
      <button type="submit">{sure}</button>
    </form>
  </details>
)
