/** `pique('is', 'hot', callback)`: whether this browser belongs to an audience, never what its score is. */
import { guard } from '../listen.ts'
import { browserIn } from '../visitor.ts'

export async function run(audience: string, callback: unknown): Promise<void> {
  if (typeof callback !== 'function') return
  const { host, site } = window.pique?.config ?? {}
  // The cookie, since it is there only while storing is allowed.
  const browser = guard(() => browserIn(document.cookie))()
  // Nobody is anything before consent, or without cookies, and nothing is sent to find out.
  if (!browser) return callback(false)
  const query = new URLSearchParams({ site: `${site}`, browser, audience })
  const found = await fetch(`${host}/is?${query}`, { referrerPolicy: 'origin' })
    .then((answer) => answer.json())
    .catch(() => {})
  callback(!!found?.is)
}
