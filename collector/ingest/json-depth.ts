/**
 * Whether something in this JSON text is nested deeper than `most` levels. Looked at before a parse,
 * so that nothing behind it meets a value it would have to recurse into. Linear; never throws.
 */
export function isDeeper(json: string, most: number): boolean {
  let depth = 0
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index)
    if (code === 0x22) {
      index = endOfString(json, index)
      if (index < 0) return false
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1
      if (depth > most) return true
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1
    }
  }
  return false
}

/** Where the text that begins at this quote ends, or -1: at a quote behind an even number of backslashes. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end
    while (json.charCodeAt(before - 1) === 0x5c) before -= 1
    if ((end - before) % 2 === 0) return end
  }
  return -1
}
