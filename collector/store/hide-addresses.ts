/**
 * `a…@example.com` in place of `ann@example.com`, wherever it stands in what was read: fields,
 * traits, labels, addresses of pages. Pure; time is linear in the text.
 */

/** `@`, also percent-encoded once or more often. */
const AT_SIGN = /@|%(?:25)*40/gi
/** What can't stand in the local part of an address inside of a text. */
const EDGE = /[\s/=?&#,;:<>()[\]"'|\\{}@]/
// A pattern of addresses names somebody too.
const DOMAIN_START = /[\p{L}\p{N}*?]/u
const FIRST = /^[\s\S]/u

/** The same value with every address hidden; records and lists are copied where they hold one. */
export function hideAddresses<T>(value: T): T {
  return hidden(value) as T // texts stay texts, records keep their fields
}

function hidden(value: unknown): unknown {
  if (typeof value === 'string') return hideInText(value)
  if (Array.isArray(value)) return value.map(hidden)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [hideInText(k), hidden(v)]))
}

export function hideInText(text: string): string {
  let shown = ''
  let done = 0
  for (const { index, 0: sign } of text.matchAll(AT_SIGN)) {
    let start = index
    while (start > done && !EDGE.test(text.charAt(start - 1))) start -= 1
    const end = index + sign.length
    if (start === index || !DOMAIN_START.test(text.charAt(end))) continue
    const [first = ''] = FIRST.exec(text.slice(start, index)) ?? []
    shown += `${text.slice(done, start)}${first}…${sign}`
    done = end
  }
  return shown + text.slice(done)
}
