import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createRandom } from '../../collector/demo/random.ts'

/**
 * Writes a file of about as many events as asked for, as an export has them: browsers with several visits,
 * proven and not, pings, claims of some that several browsers share, and what servers tell. Returns how many.
 */
export async function writeImportFile(path: string, least: number, now: number): Promise<number> {
  const random = createRandom(7)
  const file = createWriteStream(path)
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.whole(0, 15).toString(16)).join('')
  const idAt = (at: number) => {
    const time = at.toString(16).padStart(12, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`
  }
  let made = 0
  let lines: string[] = []
  const add = (at: number, event: Readonly<Record<string, unknown>>) => {
    lines.push(
      JSON.stringify({
        at: new Date(at).toISOString(),
        received_at: new Date(at + 40).toISOString(),
        ...event,
      }),
    )
    made += 1
  }
  for (let n = 0; made < least; n += 1) {
    const startAt = now - random.whole(DAY, 80 * DAY)
    const user = `${random.whole(1, Math.ceil(least / 300))}`
    const claim = { user_id: user, email: `u${user}@corp.example` }
    if (random.chance(0.1)) {
      const strong = { ...claim, strength: 'strong', evidence: 'server_identify' }
      for (let i = 0; i < random.whole(1, 6); i += 1) {
        const type = random.pick(['trial_start', 'purchase', 'login'])
        const by = { browser: `user:${user}`, server: true, human: true, claim: strong }
        add(startAt + i * HOUR, { id: `message ${n} ${i}`, type, ...by })
      }
      continue
    }
    const isKnown = random.chance(0.3)
    const browser = idAt(startAt)
    let at = startAt
    for (let visit = random.whole(1, 3); visit > 0; visit -= 1) {
      const more = { browser, session: idAt(at), device: 'Chrome on Windows' }
      const human = random.chance(0.8)
      for (let views = random.whole(2, 6); views > 0; views -= 1) {
        const view = idAt(at)
        const url = `https://shop.example${random.pick(PATHS)}`
        const on = { ...more, human, url, view }
        add(at, { id: view, type: 'page_view', referrer: 'https://www.google.com/', ...on })
        const engaged = random.whole(1000, 90_000)
        const props = { engaged_ms: engaged, scroll: 40, view_at: at }
        at += engaged
        add(at, { id: idAt(at), type: 'user_engagement', ...on, props })
        if (random.chance(0.1))
          add(at, { id: idAt(at), type: 'add_to_cart', ...on, props: { value: 9 } })
        const medium = {
          ...claim,
          strength: 'medium',
          evidence: 'identify',
          traits: { job_title: 'CTO' },
        }
        if (isKnown && random.chance(0.3))
          add(at, { id: idAt(at), type: 'identify', ...on, claim: medium })
        at += 10_000
      }
      at += random.whole(HOUR, 3 * DAY)
      if (at > now - DAY) break
    }
    if (lines.length < 2000) continue
    if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain')
    lines = []
  }
  file.end(lines.map((line) => `${line}\n`).join(''))
  await once(file, 'close')
  return made
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PATHS: readonly [string, ...string[]] = [
  '/',
  '/pricing',
  '/plans',
  '/blog/a',
  '/careers',
  '/docs',
  '/contact',
]
