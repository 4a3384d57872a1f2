import type { DevicesOf } from '../devices.ts'
import type { Db } from './connect.ts'
import { bytesOf } from './rows.ts'

/** Reads no more rows than it may count, so a person of many browsers costs no more than one of few. */
export function createDevices(db: Db): DevicesOf {
  const browsersBy = (column: 'email' | 'user_id') =>
    db
      .prepare(
        `SELECT DISTINCT c.browser FROM claim c WHERE c.${column} = ? AND c.site = ? LIMIT ?`,
      )
      .pluck()
  const byEmail = browsersBy('email')
  const byUser = browsersBy('user_id')
  const own = db.prepare('SELECT id FROM browser WHERE key = ? AND site = ?').pluck()
  const claimsHere = db
    .prepare('SELECT 1 FROM claim WHERE browser = ? AND (email = ? OR user_id = ?) LIMIT 1')
    .pluck()
  return ({ site, email, userId }, browserKey, limit) => {
    const browsers = new Set([
      ...(email === null ? [] : byEmail.all(email, site, limit + 1)),
      ...(userId === null ? [] : byUser.all(userId, site, limit + 1)),
    ])
    if (browsers.size === 0) return { known: 0, isKnownHere: false }
    const here = own.get(bytesOf(browserKey), site)
    const isKnownHere = here !== undefined && claimsHere.get(here, email, userId) !== undefined
    return { known: browsers.size, isKnownHere }
  }
}
