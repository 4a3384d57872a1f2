/**
 * Delivery. An event is the page's own until it is sent; one that could not be delivered, or that
 * nobody has answered for when the page is hidden, goes to the shelf (one `localStorage` key, or memory
 * where storing is not allowed or does not work), from where any page of the site takes it. Sending
 * twice is harmless: the ids stay the same.
 *
 * The shelf is emptied, and what it held is sent, under a Web Lock, so tabs take turns.
 */
import { MAX_BODY_BYTES, MAX_EVENT_AGE_MS, type WireEvent } from '../shared/wire.ts'
import { guard, listen } from './listen.ts'

const KEY = '_pqq'
const MAX_SHELF_EVENTS = 200
const MAX_EVENT_CHARS = 4_000
/** With `MAX_EVENT_CHARS` this stays under `MAX_BODY_BYTES`, which browsers allow keepalive requests. */
const MAX_EVENTS = 16
const GATHER_MS = 1_000
const HUNG_MS = 30_000
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
  /** Sends an event within a second, or at once. */
  readonly _add: (item: Item, atOnce: boolean) => void
  /** Last chance: sends what there is, without waiting for anything. */
  readonly _hide: () => void
  /** Forgets what was not sent, also what other pages left. */
  readonly _forget: () => void
}

function without(items: readonly Item[], gone: readonly Item[]): Item[] {
  return items.filter((item) => !gone.some((other) => other.e.id === item.e.id))
}

export function createTransport(site: string, url: string, mayStore: () => boolean): Transport {
  /** Not sent yet; and sent, but not answered for. */
  let queue: Item[] = []
  let flying: Item[] = []
  let memory: Item[] = []
  let isGathering = false
  let failures = 0

  const readShelf = (): Item[] => {
    let stored: Item[] = []
    guard(() => {
      // Nobody else writes under this key.
      if (mayStore()) stored = JSON.parse(localStorage[KEY] || '[]') as Item[]
    })()
    return memory.concat(stored).filter((item) => item.e.at > Date.now() - MAX_EVENT_AGE_MS)
  }
  const writeShelf = guard((items: Item[]) => {
    memory = items.slice(-MAX_SHELF_EVENTS)
    while (JSON.stringify(memory).length > MAX_BODY_BYTES) memory.shift()
    if (!mayStore()) return
    localStorage[KEY] = JSON.stringify(memory)
    memory = []
  })

  /** Takes some items off the shelf and puts others there. */
  const shelve = (gone: readonly Item[], added: readonly Item[]) =>
    writeShelf(without(readShelf(), gone).concat(added))

  /** Sends the oldest events that may share a batch; the answer says whether to go on. */
  const send = async (isLast = false): Promise<boolean> => {
    const batch = queue
      .filter(({ b, e }) => b === queue[0]?.b && e.session === queue[0]?.e.session)
      .slice(0, MAX_EVENTS)
    queue = without(queue, batch)
    flying.push(...batch)
    const body = JSON.stringify({
      site,
      browser: batch[0]?.b,
      sentAt: Date.now(),
      human: batch.some(({ h }) => h) || undefined,
      events: batch.map(({ e }) => e),
    })
    let status = 0
    let retryAfterMs = 0
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        keepalive: true,
        credentials: 'include',
        signal: AbortSignal.timeout?.(HUNG_MS) ?? null,
      })
      status = answer.status
      retryAfterMs = Number(answer.headers.get('retry-after')) * 1_000 || 0
    } catch {
      // Offline, blocked, hung, or the keepalive quota is full; a beacon may still find room.
      if (isLast) guard(() => navigator.sendBeacon(url, body))()
    }
    flying = without(flying, batch)
    const isDone = !/^(0|408|425|429|5..)$/.test(String(status))
    shelve(batch, isDone ? [] : batch)
    if (isDone) failures = 0
    else
      setTimeout(
        retry,
        Math.max(retryAfterMs, Math.min(RETRY_MAX_MS, GATHER_MS * 2 ** failures++) * (0.5 + Math.random())),
      )
    return isDone
  }

  const flush = async () => {
    isGathering = false
    // What happens in one moment is sent together.
    await null
    while (queue[0] && (await send()));
  }

  const retry = () => {
    const takeShelf = () => {
      queue = without(readShelf(), flying).concat(queue)
      writeShelf([])
      return flush()
    }
    // Locks are missing on plain http pages, and refused in some frames.
    ;(navigator.locks?.request(KEY, takeShelf) ?? takeShelf()).catch(takeShelf)
  }

  // What an earlier page could not deliver.
  setTimeout(retry, GATHER_MS)
  listen('online', retry)

  return {
    _add(item, atOnce) {
      if (JSON.stringify(item).length > MAX_EVENT_CHARS) return
      queue.push(item)
      // After a failure, the retry takes it along.
      if (failures) return
      if (atOnce) flush()
      else if (!isGathering) isGathering = !!setTimeout(flush, GATHER_MS)
    },
    _hide() {
      const unanswered = flying.concat(queue)
      shelve(unanswered, unanswered)
      while (queue[0]) send(true)
    },
    _forget() {
      queue = memory = []
      delete localStorage[KEY]
    },
  }
}
