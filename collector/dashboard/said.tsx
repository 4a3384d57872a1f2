/** A sentence with `code` in it, as errors and notes are written. */
export const Said = ({ words }: { words: string }) => (
  <>{words.split('`').map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>
)
