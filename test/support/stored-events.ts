/** What is in a collector's store, read from its file while it runs. */
import Database from 'better-sqlite3'

export interface StoredEvent {
  /** 32 hex digits. */
  readonly id: string
  readonly type: string
  readonly url: string | null
  readonly props: Readonly<Record<string, unknown>>
  readonly engagedMs: number | null
}

interface Row extends Omit<StoredEvent, 'props'> {
  readonly props: string | null
}

/** Every stored copy of an event whose address contains `part`, oldest first. */
export function readStored(store: string, part = ''): readonly StoredEvent[] {
  const db = new Database(store, { readonly: true })
  try {
    const rows = db
      .prepare<[string], Row>(
        `SELECT lower(hex(event.id)) AS id, type.value AS type, url.value AS url, event.props AS props,
           event.engaged_ms AS engagedMs
         FROM event JOIN text AS type ON type.id = event.type
           LEFT JOIN text AS url ON url.id = event.url
         WHERE instr(coalesce(url.value, ''), ?) ORDER BY event.session, event.n`,
      )
      .all(part)
    return rows.map((row) => ({ ...row, props: JSON.parse(row.props ?? '{}') }))
  } finally {
    db.close()
  }
}
