import { cleanUrl } from '../ingest/clean-url.ts'
import { type Touch, touchOf } from './touch.ts'

/** Pairs of landing and referrer remembered before the memory starts over. */
const REMEMBERED = 20_000

/** Reads touches from stored addresses, remembering them: sites have few landings and referrers. */
export function createTouchReader(): (url: string | null, referrer: string | null) => Touch {
  const known = new Map<string, Touch>()
  return (url, referrer) => {
    const key = `${url}\n${referrer}`
    const hit = known.get(key)
    if (hit) return hit
    const touch = touchOf(url === null ? null : cleanUrl(url), referrer)
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, touch)
    return touch
  }
}
