/** What came of the last form, at the top of the page it led to. */

export interface NoticeView {
  readonly tone: 'good' | 'problem'
  readonly words: string
  /** Shown this once. */
  readonly secret?: string | undefined
  /** Takes back what was done. */
  readonly undo?: UndoView | undefined
}

export interface UndoView {
  readonly action: string
  readonly label: string
  readonly fields: Readonly<Record<string, string>>
}

/** What a page says of the form that led to it: the address names it, and may name anything. */
export function doneWords(
  of: Readonly<Record<string, string>>,
  done: string | undefined,
): string | undefined {
  return done !== undefined && Object.hasOwn(of, done) ? of[done] : undefined
}

const Undo = ({ undo }: { undo: UndoView }) => (
  <form method="post" action={undo.action}>
    {Object.entries(undo.fields).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    <button type="submit" class="plain">
      {undo.label}
    </button>
  </form>
)

export const Notice = ({ notice }: { notice: NoticeView }) => (
  <div class="notice" data-tone={notice.tone} role={notice.tone === 'problem' ? 'alert' : 'status'}>
    <p>{notice.words}</p>
    {notice.undo && <Undo undo={notice.undo} />}
    {notice.secret && (
      <p class="notice-secret">
        <code id="secret">{notice.secret}</code>
        <button type="button" class="copy" data-copy="secret" hidden>
          Copy
        </button>
      </p>
    )}
  </div>
)
