/** A time-ordered UUID (version 7). Ids are no secrets, and `crypto.randomUUID` is missing on plain http
 *  pages. Until the year 2527 the time has eleven digits. */
export function createId(nowMs: number): string {
  return `0${nowMs.toString(16)}-7rrr-8rrr-rrrrrrrrrrrr`
    .replace(/.{8}/, '$&-')
    .replace(/r/g, () => ((Math.random() * 16) | 0).toString(16))
}
