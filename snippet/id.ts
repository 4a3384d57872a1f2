/** A time-ordered UUID (version 7). Ids are no secrets, and `crypto.randomUUID` is missing on plain http
 *  pages. */
export function createId(nowMs: number): string {
  return `${nowMs.toString(16).padStart(12, '0')}-7rrr-8rrr-rrrrrrrrrrrr`
    .replace(/.{8}/, '$&-')
    .replace(/r/g, () => ((Math.random() * 16) | 0).toString(16))
}
