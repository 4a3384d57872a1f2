import { randomBytes } from 'node:crypto'
import type { IntakeStore } from '../intake-store.ts'
import type { EmailLink, MailStore, NewEmailLink } from '../mail-store.ts'
import type { Db } from './connect.ts'
import type { PersonId } from './mentions.ts'

/** Of 80 bits, which nobody guesses; short, because addresses in e-mails are seen. */
const CODE_BYTES = 10

interface LinkRow {
  readonly id: number
  readonly site: number
  readonly user_id: string | null
  readonly email: string | null
  readonly target: string
  readonly created_at: number
  readonly expires_at: number
}

export function createEmailLinks(db: Db): Omit<MailStore, keyof IntakeStore> {
  const insert = db.prepare(
    `INSERT INTO email_link (site, code, user_id, email, target, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const byCode = db.prepare('SELECT * FROM email_link WHERE code = ?')
  const remove = db.prepare('DELETE FROM email_link WHERE id = ?')
  return {
    addEmailLinks: db.transaction((links: readonly NewEmailLink[]) =>
      links.map(({ site, userId, email, target, createdAt, expiresAt }) => {
        const code = randomBytes(CODE_BYTES).toString('hex')
        const added = insert.run(site, code, userId, email, target, createdAt, expiresAt)
        return { ref: Number(added.lastInsertRowid), code }
      }),
    ).immediate,
    removeEmailLink: (ref) => remove.run(ref).changes > 0,
    emailLink(code) {
      const row = byCode.get(code)
      return row === undefined ? null : linkOf(row as LinkRow) // the columns of the table
    },
  }
}

function linkOf(row: LinkRow): EmailLink {
  return {
    ref: row.id,
    site: row.site,
    userId: row.user_id,
    email: row.email,
    target: row.target,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

/** Links made for a person, of every site where none is given. */
export function createLinksOf(db: Db) {
  const byEmail = db.prepare(
    'SELECT * FROM email_link WHERE email = @value AND (@site IS NULL OR site = @site) ORDER BY id',
  )
  const byUser = db.prepare(
    'SELECT * FROM email_link WHERE user_id = @value AND (@site IS NULL OR site = @site) ORDER BY id',
  )
  return (site: number | null, ids: readonly PersonId[]): EmailLink[] => {
    const found = new Map<number, EmailLink>()
    for (const [kind, value] of ids) {
      if (kind !== 'email' && kind !== 'user') continue
      const rows = (kind === 'email' ? byEmail : byUser).all({ site, value }) as LinkRow[] // as above
      for (const row of rows) found.set(row.id, linkOf(row))
    }
    return [...found.values()]
  }
}

/** Takes a person's links out; how many. */
export function dropLinksOf(db: Db, site: number | null, ids: readonly PersonId[]): number {
  const drop = db.prepare('DELETE FROM email_link WHERE id = ?')
  const links = createLinksOf(db)(site, ids)
  for (const { ref } of links) drop.run(ref)
  return links.length
}
