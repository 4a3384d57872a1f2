import { randomUUID } from 'node:crypto'
import { CHROME } from './world.ts'

/** Beacons of browsers that keep what was not taken and send it again, as the tag does. */
export interface Load {
  /** Ids that were answered 2xx. */
  readonly acked: Set<string>
  /** How often each status, or 0 for no answer, came. */
  readonly statuses: Map<number, number>
  /** Ends when everything that was begun is taken. */
  stop(): Promise<void>
}

/** Sends about this many events a second, a browser each, to wherever the collector is now. */
export function startLoad(site: string, urlNow: () => string, perSecond: number): Load {
  const acked = new Set<string>()
  const statuses = new Map<number, number>()
  const running = new Set<Promise<void>>()
  const timer = setInterval(() => {
    const one = deliver().finally(() => running.delete(one))
    running.add(one)
  }, 1000 / perSecond)

  async function deliver(): Promise<void> {
    const id = randomUUID()
    const at = Date.now()
    // Nobody has more than fifty browsers.
    const email = `person${at % 1_000}@corp.example`
    const events = [
      { id, type: at % 5 ? 'page_view' : 'identify', at, ...(at % 5 ? {} : { props: { email } }) },
    ]
    const body = JSON.stringify({ site, browser: randomUUID(), human: true, events })
    for (;;) {
      const status = await fetch(`${urlNow()}/e`, {
        method: 'POST',
        body,
        headers: { 'user-agent': CHROME },
      }).then(
        (answer) => answer.arrayBuffer().then(() => answer.status),
        () => 0,
      )
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 202) {
        acked.add(id)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, 50 + 100 * Math.random()))
    }
  }
  return {
    acked,
    statuses,
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
    },
  }
}

/** Waits for a fact; throws when it does not come true. */
export async function until(fact: () => boolean | Promise<boolean>, withinMs = 15_000) {
  const end = Date.now() + withinMs
  while (!(await fact())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${fact}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
