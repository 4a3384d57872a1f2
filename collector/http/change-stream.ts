import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChangeJson, ChangesJson, ChangeType } from '../store/change-shapes.ts'
import type { Found } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'

/**
 * The feed as server-sent events. One look at the newest commit, twice a second and only while somebody
 * listens, tells all streams that there is something; those at the same place share what is read. A stream
 * is pulled by whoever reads it, a piece at a time, so a slow reader holds one piece and nothing more; one
 * that takes nothing at all for a while is cut off, and goes on later where it was.
 */
export interface Streams {
  /** Null when there are as many as may be. */
  open(ask: StreamAsk): ReadableStream<Uint8Array> | null
}

export interface StreamAsk {
  readonly after: string
  readonly site: string | undefined
  readonly types: readonly ChangeType[]
  /** Streams of the same are shown the same at the same place. */
  readonly reads: string
  /** Whether the key it was opened with is still good. */
  readonly isStillIn: () => Promise<boolean>
  /** Ends the connection, for a reader that takes not even an end. */
  readonly breakOff: () => void
}

export interface StreamsDeps {
  readonly reader: Pick<InternalReader, 'changes' | 'changeHead'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly isDraining: () => boolean
}

const MOST = 100
const LOOK_MS = 500
/** Looks between two questions whether a key is still good: two seconds. */
const LOOKS_TO_ASK = 4
const HEARTBEAT_MS = 15_000
const STALLED_MS = 60_000
/** What a client is told to wait before it comes back. */
const RETRY_MS = 2000
const PAGE = 100

interface Open {
  readonly ask: StreamAsk
  after: string
  /** The newest commit when nothing was left; -1 while there may be more. */
  seen: number
  saidAt: number
  isOver: boolean
  /** Since when it holds a piece that nobody takes; null while it is asked for one. */
  idleSince: number | null
}

export function createStreams({ reader, clock, isDraining }: StreamsDeps): Streams {
  const open = new Set<Open>()
  const pages = new Map<string, Promise<Found<ChangesJson>>>()
  const encoder = new TextEncoder()
  let head = 0
  let looks = 0
  let isLooking = false
  let looked = deferred()

  async function look(): Promise<void> {
    looks += 1
    for (const one of isDraining() ? open : []) end(one)
    const newest = await reader.changeHead()
    if (newest !== head) pages.clear()
    head = newest
    const now = clock()
    for (const one of open) {
      const isStalled = one.idleSince !== null && now - one.idleSince > STALLED_MS
      if (isStalled) end(one)
      else if (looks % LOOKS_TO_ASK === 0 && !(await one.ask.isStillIn())) end(one)
    }
  }

  function tick(): void {
    // A store that can't be read ends its streams: they come back, and are told so.
    const failed = () => {
      for (const one of open) end(one)
    }
    look()
      .catch(failed)
      .finally(() => {
        looked.resolve()
        looked = deferred()
        isLooking = open.size > 0
        if (isLooking) setTimeout(tick, LOOK_MS).unref()
      })
  }

  function end(one: Open): void {
    one.isOver = true
    open.delete(one)
    if (one.idleSince !== null) one.ask.breakOff()
  }

  /** What is read at a place is the same for everybody who may read the same. */
  function pageAt(one: Open): Promise<Found<ChangesJson>> {
    const { site, reads } = one.ask
    const name = `${reads} ${one.after}`
    const known = pages.get(name)
    if (known) return known
    const page = reader.changes({ site, limit: PAGE, after: one.after }, clock())
    pages.set(name, page)
    page.catch(() => pages.delete(name))
    for (const oldest of pages.size > MOST ? [...pages.keys()].slice(0, 1) : [])
      pages.delete(oldest)
    return page
  }

  /** The next piece of text; null at the end. */
  async function next(one: Open): Promise<string | null> {
    while (!one.isOver) {
      if (one.seen !== head) {
        const before = head
        const found = await pageAt(one)
        if (found.kind !== 'found') return null
        const { data, next_cursor: after } = found.value
        one.after = after
        if (data.length === 0) one.seen = before
        const text = data.filter(({ type }) => one.ask.types.includes(type)).map(eventOf)
        if (text.length > 0) return said(one, text.join(''))
        if (data.length > 0) continue
      }
      if (clock() - one.saidAt >= HEARTBEAT_MS) {
        // Without data it is no event, and yet remembered as the place to go on from.
        return said(one, `: still here\nid: ${one.after}\n\n`)
      }
      await looked.promise
    }
    return null
  }

  function said(one: Open, text: string): string {
    one.saidAt = clock()
    return text
  }

  return {
    open(ask) {
      if (open.size >= MOST || isDraining()) return null
      const one: Open = {
        ask,
        after: ask.after,
        seen: -1,
        saidAt: clock(),
        isOver: false,
        idleSince: clock(),
      }
      open.add(one)
      if (!isLooking) {
        isLooking = true
        pages.clear()
        setTimeout(tick, 0).unref()
      }
      // What is read is veiled by who asks, and a stream is pulled by nobody in particular.
      const asCaller = AsyncLocalStorage.snapshot()
      let isCancelled = false
      const greeting = encoder.encode(`retry: ${RETRY_MS}\n: the feed of changes\n\n`)
      return new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(greeting),
        async pull(controller) {
          one.idleSince = null
          const text = await asCaller(() => next(one)).catch(() => null)
          if (isCancelled) return
          if (one.isOver || text === null) {
            end(one)
            controller.close()
            return
          }
          one.idleSince = clock()
          controller.enqueue(encoder.encode(text))
        },
        cancel() {
          isCancelled = true
          one.idleSince = null
          end(one)
        },
      })
    },
  }
}

function eventOf(entry: ChangeJson): string {
  // JSON has no line break of its own.
  return `id: ${entry.id}\nevent: ${entry.type}\ndata: ${JSON.stringify(entry)}\n\n`
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
