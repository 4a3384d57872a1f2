/** The tag, ready to copy: one click with the page script, select and copy without it. */
export const TagBox = ({ tag }: { tag: string }) => (
  <div class="tag-box">
    <pre id="tag">
      <code>{tag}</code>
    </pre>
    <button type="button" class="copy" data-copy="tag" hidden>
      Copy
    </button>
  </div>
)
