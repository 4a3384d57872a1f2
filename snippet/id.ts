let lastMs = 0

/**
 * A time-ordered UUID (version 7). Ids made by one page are strictly increasing: a second one in the
 * same millisecond takes the next, so that sorting by id is sorting by creation.
 * `crypto.randomUUID` would be shorter, but is missing on plain http pages.
 */
export function createId(nowMs: number): string {
  lastMs = Math.max(nowMs, lastMs + 1)
  return (
    lastMs.toString(16).padStart(12, '0').replace(/.{8}/, '$&-') +
    '-7rrr-vrrr-rrrrrrrrrrrr'.replace(/[rv]/g, (kind) => {
      const [byte = 0] = crypto.getRandomValues(new Uint8Array(1))
      return (kind === 'v' ? (byte & 3) | 8 : byte & 15).toString(16)
    })
  )
}
