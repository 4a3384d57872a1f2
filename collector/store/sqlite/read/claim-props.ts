import type { Db } from '../connect.ts'
import { hexOf } from '../rows.ts'

/** What an `identify` said, by the event that said it. */
export type ClaimProps = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/** An `identify` keeps what it said in its claim, and not in its event. */
export function claimPropsReader(db: Db) {
  const claims = db
    .prepare('SELECT event, email, user_id, evidence FROM claim WHERE browser = ?')
    .raw()
  return (browser: number): ClaimProps => {
    const rows = claims.all(browser) as [Uint8Array, string | null, string | null, string][]
    return new Map(
      rows.map(([event, email, userId, evidence]) => [
        hexOf(event),
        { ...(email !== null && { email }), ...(userId !== null && { user_id: userId }), evidence },
      ]),
    )
  }
}
