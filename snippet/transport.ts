/**
 * Delivery. An event is on the shelf (one `localStorage` key each where storing is allowed, else memory)
 * from the moment it happens until the collector has answered for it, so a lost page, network or
 * collector costs nothing and sending twice is harmless: the ids stay the same.
 *
 * One key an event, not one list: two tabs in two processes would lose each other's changes to a list.
 * What is on the shelf is sent under a Web Lock, so tabs take turns; only a page that is being
 * hidden cannot wait for a lock, and sends no more than its own unsent events.
 */
import { MAX_BATCH_EVENTS, MAX_EVENT_AGE_MS, type WireEvent } from '../shared/wire.ts'
import { guard, listen } from './listen.ts'

const KEY = '_pq:'
const MAX_SHELF_EVENTS = 200
const MAX_SHELF_CHARS = 65_536
/** At three bytes a character a batch stays under the wire's limit and under the browsers' 64 KiB
 *  for all keepalive requests together, which `MAX_BODY_BYTES` names; what is left is for a last one. */
const MAX_BATCH_CHARS = 20_000
const GATHER_MS = 1_000
const HUNG_MS = 30_000
const RETRY_MIN_MS = 500
const RETRY_MAX_MS = 60_000

/** An event with what its batch will say about it. */
export interface Item {
  readonly e: WireEvent
  /** Browser id. */
  readonly b?: string | undefined
  /** The session had proven itself. */
  readonly h: boolean
}

export interface Transport {
  /** Shelves an event and sends it within a second, or at once. */
  readonly _add: (item: Item, atOnce: boolean) => void
  /** Last chance: sends what this page added, without waiting for anything. */
  readonly _hide: () => void
  /** Empties the shelf, also of what other pages left there; may throw where storage is blocked. */
  readonly _forget: () => void
}

interface Batch {
  readonly _keys: readonly string[]
  readonly _body: string
}

function parseItem(json: string): Item | undefined {
  try {
    // Only `_add` writes under the key's prefix; whatever else is there is most likely no JSON.
    return JSON.parse(json) as Item
  } catch {
    return undefined
  }
}

export function createTransport(site: string, url: string, mayStore: () => boolean): Transport {
  const memory: Record<string, string> = {}
  /** Keys added by this page. */
  const own = new Set<string>()
  /** Keys on the wire. */
  const flying = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let dueAt = 0
  let notBefore = 0
  let failures = 0

  const stored = (): Record<string, string> => {
    try {
      if (mayStore()) return localStorage
    } catch {
      // Storage is blocked.
    }
    return memory
  }
  const keys = () =>
    [...new Set(Object.keys(memory).concat(Object.keys(stored())))]
      .filter((key) => key.startsWith(KEY))
      .sort()
  const remove = (key: string) => {
    delete memory[key]
    delete stored()[key]
  }
  const read = (key: string) => memory[key] || stored()[key] || ''

  /** The oldest events that may share a batch: one browser, one session, within the limits. */
  const nextBatch = (mine: boolean): Batch | undefined => {
    const taken: string[] = []
    const events: WireEvent[] = []
    let first: Item | undefined
    let human = false
    let chars = 0
    for (const key of keys()) {
      if (flying.has(key) || (mine && !own.has(key))) continue
      const json = read(key)
      const item = parseItem(json)
      if (!item || item.e.at < Date.now() - MAX_EVENT_AGE_MS) {
        remove(key)
        continue
      }
      first = first || item
      if (item.b !== first.b || item.e.session !== first.e.session) continue
      chars += json.length
      if (taken.length && (chars > MAX_BATCH_CHARS || taken.length >= MAX_BATCH_EVENTS)) break
      taken.push(key)
      events.push(item.e)
      human = human || item.h
    }
    if (!first) return
    const batch = { site, browser: first.b, sentAt: Date.now(), human: human || undefined, events }
    return { _keys: taken, _body: JSON.stringify(batch) }
  }

  const send = async ({ _keys, _body }: Batch, hiding: boolean): Promise<boolean> => {
    let status = 0
    let retryAfterSeconds = 0
    for (const key of _keys) flying.add(key)
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: _body,
        keepalive: true,
        credentials: 'include',
        signal: AbortSignal.timeout?.(HUNG_MS) ?? null,
      })
      status = answer.status
      retryAfterSeconds = Number(answer.headers.get('retry-after')) || 0
    } catch {
      // Offline, blocked, hung, or the keepalive quota is full; a beacon may still find room.
      if (hiding) guard(() => navigator.sendBeacon(url, _body))()
    }
    // A `fetch` that throws at once must not make its events look unsent to the loop that sends them.
    await null
    const keep = !status || status >= 500 || [408, 425, 429].includes(status)
    for (const key of _keys) {
      flying.delete(key)
      if (!keep) remove(key)
      // What is stored outlives the page, and the next one tries again; a second copy on the way out
      // would only be a duplicate.
      else if (!memory[key]) own.delete(key)
    }
    if (!keep) {
      failures = 0
      return true
    }
    const jitterMs = Math.random() * Math.min(RETRY_MAX_MS, 2 ** failures++ * 1_000)
    notBefore = Date.now() + Math.max(retryAfterSeconds * 1_000, RETRY_MIN_MS + jitterMs)
    schedule(0)
    return false
  }
  const drain = async () => {
    for (let batch = nextBatch(false); batch; batch = nextBatch(false))
      if (!(await send(batch, false))) return
  }
  const flush = () => {
    timer = undefined
    // Locks are refused in some frames; the shelf keeps what is on it.
    ;(navigator.locks ? navigator.locks.request(KEY, drain) : drain()).catch(() => {})
  }
  const schedule = (delayMs: number) => {
    const now = Date.now()
    const at = Math.max(now + delayMs, notBefore)
    if (timer && dueAt <= at) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(flush, at - now)
  }

  // What an earlier page could not deliver.
  schedule(GATHER_MS)
  listen('online', () => {
    notBefore = 0
    schedule(0)
  })

  return {
    _add(item, atOnce) {
      const key = KEY + item.e.id
      const json = JSON.stringify(item)
      if (json.length > MAX_BATCH_CHARS) return
      own.add(key)
      try {
        stored()[key] = json
      } catch {
        memory[key] = json
      }
      let chars = 0
      for (const [index, old] of keys().reverse().entries()) {
        chars += read(old).length
        if (chars > MAX_SHELF_CHARS || index >= MAX_SHELF_EVENTS) remove(old)
      }
      schedule(atOnce ? 0 : GATHER_MS)
    },
    _hide() {
      for (let batch = nextBatch(true); batch; batch = nextBatch(true)) send(batch, true)
    },
    _forget() {
      for (const shelf of [memory, localStorage])
        for (const key of Object.keys(shelf)) if (key.startsWith(KEY)) delete shelf[key]
    },
  }
}
