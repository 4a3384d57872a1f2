let lastMs = 0

/**
 * A time-ordered UUID (version 7). Ids made by one page are strictly increasing: a second one in the
 * same millisecond takes the next, so that sorting by id is sorting by creation. Ids are no secrets,
 * and `crypto.randomUUID` is missing on plain http pages.
 */
export function createId(nowMs: number): string {
  lastMs = Math.max(nowMs, lastMs + 1)
  return `0${lastMs.toString(16)}-7rrr-8rrr-rrrrrrrrrrrr`
    .replace(/.{8}/, '$&-')
    .replace(/r/g, () => Math.trunc(Math.random() * 16).toString(16))
}
