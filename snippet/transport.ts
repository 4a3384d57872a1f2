/**
 * Delivery. An event is the page's own until it is sent. While it is on the wire, and until the
 * collector has answered for it, it is on the shelf too: one `localStorage` key, or memory where
 * storing is not allowed or does not work. So a lost page, network or collector costs nothing, and
 * sending twice is harmless: the ids stay the same.
 *
 * Whoever sends takes along what is on the shelf, under a Web Lock, so tabs take turns; only a page
 * that is being hidden cannot wait for a lock, and sends what is its own.
 */
import { MAX_EVENT_AGE_MS, type WireEvent } from '../shared/wire.ts'
import type { Config } from './config.ts'
import { GATHER_MS, MAX_EVENT_CHARS, MAX_EVENTS, MAX_SHELF_CHARS, RETRY_MS } from './limits.ts'
import { guard, listen } from './listen.ts'

const KEY = '_pqq'

/** Events of one session, as they go over the wire. */
interface Batch {
  readonly site: Config['site']
  readonly browser: string | undefined
  human: boolean
  readonly events: [WireEvent, ...WireEvent[]]
}

export interface Transport {
  /** Sends an event within a second, or at once; `human` if its session has proven itself. */
  readonly _add: (event: WireEvent, browser: string | undefined, human: boolean) => void
  /** Last chance: sends what there is, without waiting for anything. */
  readonly _hide: () => void
  /** Forgets what was not sent, also what other pages left. */
  readonly _forget: () => void
}

export function createTransport(config: Config, mayStore: () => boolean): Transport {
  const url = `${config.host}/e`
  let queue: Batch[] = []
  let memory: Batch[] = []
  let timer: unknown
  let failures = 0

  // Nobody else writes under this key.
  const readShelf = (): Batch[] =>
    memory
      .concat(guard(() => mayStore() && (JSON.parse(localStorage[KEY]) as Batch[]))() || [])
      .filter(({ events: [first] }) => first.at > Date.now() - MAX_EVENT_AGE_MS)

  const fillShelf = guard((batches: Batch[]) => {
    memory = batches
    while (JSON.stringify(memory).length > MAX_SHELF_CHARS) memory.shift()
    if (!mayStore()) return
    localStorage[KEY] = JSON.stringify(memory)
    memory = []
  })

  /** Puts on the shelf what was gathered. */
  const shelve = () => {
    fillShelf(readShelf().concat(queue))
    queue = []
  }

  /** Sends a batch that is on the shelf and takes it from there; rejects when it has to stay. */
  const send = async (batch: Batch) => {
    const answer = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ ...batch, sentAt: Date.now() }),
      keepalive: true,
    })
    if (/^5|408|425|429/.test(`${answer.status}`)) throw answer
    failures = 0
    fillShelf(readShelf().filter(({ events: [first] }) => first.id !== batch.events[0].id))
  }

  const flush = () => {
    timer = 0
    const drain = async () => {
      try {
        // What happens in one moment goes together, and on leaving with `_hide`.
        await null
        shelve()
        for (const batch of readShelf()) await send(batch)
      } catch {
        timer = setTimeout(flush, Math.random() * RETRY_MS * ++failures)
      }
    }
    // Locks are missing on plain http pages, and refused in some frames.
    ;(navigator.locks?.request(KEY, drain) ?? drain()).catch(drain)
  }

  listen('online', flush)

  return {
    _add(event, browser, human) {
      // A page's own props may be too large, or have no JSON at all: that throws.
      if (JSON.stringify(event).length > MAX_EVENT_CHARS) return
      const batch = queue.at(-1)
      if (batch && batch.events[0].session === event.session && !batch.events[MAX_EVENTS - 1]) {
        batch.events.push(event)
        batch.human = human
      } else queue.push({ site: config.site, browser, human, events: [event] })
      // After a failure, the retry takes it along.
      if (event.type === 'page_view' && !failures) flush()
      else if (!timer) timer = setTimeout(flush, GATHER_MS)
    },
    _hide() {
      const last = queue
      shelve()
      // Where the quota for keepalive is used up, a beacon may still find room.
      for (const batch of last)
        send(batch).catch(guard(() => navigator.sendBeacon(url, JSON.stringify(batch))))
    },
    _forget() {
      queue = memory = []
      delete localStorage[KEY]
    },
  }
}
