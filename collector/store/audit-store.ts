/** What is kept of whoever changed or read out something. */

export interface AuditEntry {
  readonly at: number
  /** An account's e-mail, the name and id of a key, `owner` or `command line`. */
  readonly author: string
  /** A stable name, such as `lead.erased`. */
  readonly action: string
  /** The public id of what it was done to; never an address or another name of a visitor or lead. */
  readonly subject: string | null
  /** A few words of ours; no secret, and nothing of a visitor or lead. */
  readonly detail: string | null
}

/** Which entries: those of one author, one action, one thing. */
export interface AuditQuery {
  readonly author?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
}

/** More are not kept, whatever the retention says: of what programs do a million times the newest are enough. */
export const MOST_AUDIT_ENTRIES = 1_000_000
