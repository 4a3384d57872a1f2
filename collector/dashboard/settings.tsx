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

/** What came of the last form, and a secret that is shown this once. */
export interface NoticeView {
  readonly tone: 'good' | 'problem'
  readonly words: string
  readonly secret?: string | undefined
}

const Notice = ({ notice }: { notice: NoticeView }) => (
  <div
    class="settings-notice"
    data-tone={notice.tone}
    role={notice.tone === 'problem' ? 'alert' : 'status'}
  >
    <p>{notice.words}</p>
    {notice.secret && (
      <p class="settings-secret">
        <code id="secret">{notice.secret}</code>
        <button type="button" class="copy" data-copy="secret" hidden>
          Copy
        </button>
      </p>
    )}
  </div>
)

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
  readonly notice: NoticeView | null
  readonly panels: readonly SettingsPanel[]
}

export const Settings = ({ notice, panels }: SettingsProps) => (
  <div class="settings">
    <div class="title">
      <h1>Settings</h1>
    </div>
    {notice && <Notice notice={notice} />}
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
