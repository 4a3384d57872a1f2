/**
 * Delivery. What a page tells is the page's own until the collector has answered for it; a copy is kept
 * in storage under a key of the page's own, so that tabs never overwrite each other. What is sent at once
 * gets its copy when the page is left, when sending fails, or at the next beat: mostly it is answered for
 * by then. Whoever sends adopts what pages have left behind that are gone: a lost page, network or
 * collector costs nothing, and sending twice is harmless, since the ids stay the same.
 *
 * Adopting takes a Web Lock, so tabs take turns, but only where there is a copy, and no longer than that:
 * a page that holds a lock is kept out of the back/forward cache.
 */
import { MAX_EVENT_AGE_MS, type WireEvent } from '../shared/wire.ts'
import { config } from './config.ts'
import {
  GATHER_MS,
  GIVE_UP_MS,
  LEFT_MS,
  MAX_EVENTS,
  MAX_SHELF_CHARS,
  MAX_SHELF_EVENTS,
  RETRY_AT_LEAST_MS,
  RETRY_WITHIN_MS,
} from './limits.ts'
import { guard, listen } from './listen.ts'
import { mayRenew, person, SHELF, settle, storage } from './visitor.ts'

/** An event with what its batch says of it; null where it came back from storage without. */
type Item = readonly [event: WireEvent, browser: string | null | undefined, isHuman: unknown]

const shelf = SHELF + Math.random()
/** While the collector is in doubt: how long it is left alone after a failure; a trifle where only other
 *  pages are waiting for it. */
let waitMs = 0
let mine: Item[] = []
/** Bodies on the wire; of these, only the ids matter. */
let flying = ''
let timer: ReturnType<typeof setTimeout> | undefined
/** The copy, where there is one: not where storage is full, or not allowed. */
let kept: string | undefined

/** Keeps a copy of what is unanswered, that others leave alone for a while; a hidden page may be gone. */
const keep = () => {
  while (mine[MAX_SHELF_EVENTS] || JSON.stringify(mine).length > MAX_SHELF_CHARS) mine.shift()
  kept = guard(() => {
    delete storage()[shelf]
    if (mine[0])
      storage()[shelf] = JSON.stringify([
        Date.now() + (document.hidden ? LEFT_MS : waitMs + GIVE_UP_MS),
        ...mine,
      ])
    return storage()[shelf]
  })()
}

const adopt = () => {
  // Another page took this one for gone, and its events with it.
  if (!storage()[shelf] && kept) mine = []
  delete storage()[shelf]
  // `SHELF`, in fewer bytes.
  for (const key of Object.keys(storage()))
    if (/^_pqq/.test(key))
      // What nobody can read stays where it is.
      guard(() => {
        // The key was just there; another tab may have been faster, which throws.
        const [until, ...items]: [number, ...Item[]] = JSON.parse(storage()[key] as string)
        // A collector that others wait for may hang.
        waitMs++
        if (until > Date.now()) return
        delete storage()[key]
        mine.unshift(...items.filter(([{ at }]) => at > Date.now() - MAX_EVENT_AGE_MS))
      })()
  keep()
}

/** Sends the oldest events of one session; answers whether there were any, and rejects when they have to
 *  stay. */
const send = async (isLast?: boolean) => {
  const free = mine.filter(([{ id }]) => !flying.includes(id))
  if (!free[0]) return
  const [{ session }, browser] = free[0]
  const items = free.filter(([event]) => event.session === session).slice(0, MAX_EVENTS)
  const url = `${config.host}/e`
  const body = JSON.stringify({
    site: config.site,
    browser: browser || undefined,
    human: items.some(([, , isHuman]) => isHuman),
    sentAt: Date.now(),
    events: items.map(([event]) => event),
  })
  flying += body
  try {
    const { status, headers } = await fetch(url, {
      method: 'POST',
      body,
      // What hangs would take the site's own connections with it, page after page.
      keepalive: !waitMs,
      // The address of the page is for the tag to clean.
      referrerPolicy: 'origin',
      // What is undefined is as if it was not there.
      credentials: (mayRenew() ? 'include' : undefined) as RequestCredentials,
      signal: AbortSignal.timeout?.(GIVE_UP_MS),
    })
    guard(settle)()
    // A number, that the test makes a text.
    if (/^5|408|425|429/.test(status as unknown as string)) throw headers.get('retry-after')
    mine = mine.filter(([{ id }]) => !body.includes(id))
    if (kept) keep()
    return true
  } catch (reason) {
    // Where the quota for keepalive is used up, a beacon may still find room.
    if (isLast) navigator.sendBeacon(url, body)
    throw reason
  } finally {
    flying = flying.replace(body, '')
  }
}

const flush = async () => {
  // It returns nothing, as the timer is then.
  timer = clearTimeout(timer) as undefined
  try {
    // Only where something may be left: a look costs less than a lock. Either way what happens in the same
    // moment goes along.
    await ((kept || /_pqq/.test(`${Object.keys(storage())}`)) &&
      navigator.locks.request(SHELF, adopt))
  } catch {
    // Locks are missing on plain http pages, and refused in some frames.
    adopt()
  }
  try {
    while (await send());
    waitMs = 0
  } catch (retryAfter) {
    // Text or nothing where there was an answer. What the collector asks for comes on top, so that those
    // whom it has sent away together do not come back together.
    waitMs =
      ((retryAfter as number) * 1_000 || 0) + RETRY_AT_LEAST_MS + Math.random() * RETRY_WITHIN_MS
    keep()
    timer = setTimeout(flush, waitMs)
  }
}

export function startTransport(): void {
  listen('online', flush)
  // By now, what the page before has sent on leaving is answered for or lost.
  setTimeout(flush, LEFT_MS + GATHER_MS / 2)
}

/** Sends events within a second, or at once. */
export function add(
  events: readonly WireEvent[],
  browser: string | undefined,
  isUrgent: boolean,
): void {
  for (const event of events) mine.push([event, browser, person._isHuman])
  // What goes at once is mostly answered for before a copy is worth it; a copy that there is has all.
  if (!isUrgent || kept) keep()
  // After a failure, the retry takes them along; what others left is no failure yet.
  if (isUrgent && waitMs < RETRY_AT_LEAST_MS) flush()
  else timer ??= setTimeout(flush, GATHER_MS)
}

/** Keeps what is still not answered for. */
export function tend(): void {
  if (mine[0] && !kept) keep()
}

/** Last chance: sends what there is, without waiting for anything. */
export function hide(): void {
  keep()
  if (!waitMs) for (const _ of mine) send(true).catch(() => {})
}

/** Forgets what was not sent. */
export function forgetMine(): void {
  mine = []
}
