import { createHmac } from 'node:crypto'
import { createAgents } from '../ingest/agent.ts'
import { uuidOf } from '../store/ids.ts'
import { type LineReader, type ReadRow, skipped } from './row.ts'

/**
 * Lines of an access log in the combined format, of Apache or nginx, as page views. Who asked is a pseudonym of
 * its day, made of address and program with a key that stays in the store; the address itself goes no further
 * than this file. Nobody has proven to be a person, so they score nothing unless whoever imports says they are.
 */

export interface LogContext {
  readonly now: number
  readonly key: Uint8Array
  /** Whether requests count as those of people. */
  readonly trustHuman: boolean
}

const COMBINED =
  /^(\S+) \S+ \S+ \[([^\]]{20,32})\] "((?:[^"\\]|\\.)*)" (\d{3}) \S+ "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"/
const REQUEST = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/
const ASSET =
  /\.(?:css|js|mjs|map|json|xml|txt|ico|png|jpe?g|gif|svg|webp|avif|woff2?|ttf|otf|eot|mp4|webm|mp3|wasm)$/i
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

export function createLogReader({ now, key, trustHuman }: LogContext): LineReader {
  const agents = createAgents()
  return (text): ReadRow => {
    const [, address, time = '', request = '', status = '', referrer = '', agent = ''] =
      COMBINED.exec(text) ?? []
    if (address === undefined) return skipped('no_request')
    const at = timeOf(time)
    if (at === null) return skipped('no_time')
    if (at > now + DAY_MS) return skipped('future')
    const [, method, target = ''] = REQUEST.exec(request) ?? []
    const url = urlOf(target)
    const isAnswered = /^[23]/.test(status) && !/^30[1278]$/.test(status)
    if (method !== 'GET' || !isAnswered || url === null) return skipped('not_a_page')
    if (ASSET.test(url.pathname)) return skipped('not_a_page')
    const { device, bot } = agents.describe(agent)
    if (bot !== null || agent === '' || agent === '-') return skipped('not_a_person')
    const day = Math.floor(at / DAY_MS)
    const hashOf = (said: string) => uuidOf(hexOf(key, said))
    const event = {
      type: 'page_view',
      at,
      receivedAt: at,
      url: url.href,
      ...(/^https?:/.test(referrer) && { referrer }),
    }
    const browser = hashOf(`log browser\n${day}\n${address}\n${agent}`)
    const row = { browser, server: false, human: trustHuman, cookieless: true }
    return { ok: true, row: { ...row, device, bot: null, skewMs: null, event } }
  }
}

const DAY_MS = 86_400_000

function hexOf(key: Uint8Array, said: string): string {
  return createHmac('sha256', key).update(said).digest('hex').slice(0, 32)
}

/** A path of the site; its host the log does not say, so it is one that none has. */
function urlOf(target: string): URL | null {
  try {
    return new URL(target, 'https://log.invalid')
  } catch {
    return null
  }
}

/** "10/Oct/2026:13:55:36 +0200" */
function timeOf(text: string): number | null {
  const [, day, name = '', year, time, hours, minutes] =
    /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/.exec(text) ?? []
  const month = MONTHS.indexOf(name) / 3
  if (day === undefined || !Number.isInteger(month) || month < 0) return null
  const iso = `${year}-${String(month + 1).padStart(2, '0')}-${day}T${time}${hours}:${minutes}`
  const at = Date.parse(iso)
  return at >= 0 ? at : null
}
