interface TagBoxProps {
  readonly tag: string
  /** Its own on the page, where there are several. */
  readonly id?: string
}

/** Something to paste, ready to copy: one click with the page script, select and copy without it. */
export const TagBox = ({ tag, id = 'tag' }: TagBoxProps) => (
  <div class="tag-box">
    <pre id={id}>
      <code>{tag}</code>
    </pre>
    <button type="button" class="copy" data-copy={id} hidden>
      Copy
    </button>
  </div>
)
