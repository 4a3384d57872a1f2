import Database from 'better-sqlite3'

/**
 * 'ok', or the first thing that is wrong with a store that may be in use. A table at a time: one
 * snapshot of the whole would keep the write-ahead log from being cut for minutes.
 */
export function checkStore(path: string): string {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    const check = db.prepare('SELECT quick_check FROM pragma_quick_check(?)').pluck()
    for (const table of tables) {
      const found = check.get(table)
      if (found !== 'ok') return `${table}: ${found}`
    }
    return 'ok'
  } finally {
    db.close()
  }
}

/** The same of a whole file that nobody writes, indexes and all. */
export function checkCopy(path: string): string {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return String(db.pragma('integrity_check(1)', { simple: true }))
  } finally {
    db.close()
  }
}
