import type { Forgetful, Order } from '../records.ts'
import type { Db } from './connect.ts'

/**
 * What a command asks of the collector that runs on the store, which alone may do it: it remembers what it
 * has read. An order names no person, only a number. Its value is the instant it was given at; then how it ended.
 */
const PREFIX = 'order '
const GONE = 0
const DONE = -1

export function createOrders(
  db: Db,
): Pick<Forgetful, 'orders' | 'giveOrder' | 'endOrder' | 'takeAnswer'> {
  const select = db
    .prepare("SELECT name, value FROM counter WHERE site = 0 AND name GLOB 'order *' AND value > 0")
    .raw()
  const put = db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (0, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  )
  const answerOf = db.prepare('SELECT value FROM counter WHERE site = 0 AND name = ?').pluck()
  const drop = db.prepare('DELETE FROM counter WHERE site = 0 AND name = ?')
  return {
    orders: () =>
      select.all().map((raw): Order => {
        const [name, at] = raw as [string, number] // as selected
        const [kind, lead] = name.slice(PREFIX.length).split(' ')
        return kind === 'erase' ? { kind, lead: Number(lead), at } : { kind: 'prune', at }
      }),
    giveOrder: (order) => void put.run(nameOf(order), order.at),
    endOrder: (order, { isGone }) => void put.run(nameOf(order), isGone ? GONE : DONE),
    takeAnswer(order) {
      const value = answerOf.get(nameOf(order))
      if (typeof value === 'number' && value > 0) return null
      drop.run(nameOf(order))
      return { isGone: value === GONE }
    },
  }
}

function nameOf(order: Order): string {
  return order.kind === 'erase' ? `${PREFIX}erase ${order.lead}` : `${PREFIX}prune`
}
