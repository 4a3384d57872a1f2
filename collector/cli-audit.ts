import { existsSync } from 'node:fs'
import type { AuditEntry } from './store/audit-store.ts'
import { openStore } from './store/open.ts'

/** What the command line writes down of what it did. */

type Done = Pick<AuditEntry, 'at' | 'action'> & Partial<AuditEntry>

/** An entry by whoever is at the command line: who that is, the machine knows. */
export function byCommandLine(done: Done): AuditEntry {
  return { author: 'command line', subject: null, detail: null, ...done }
}

/** Writes an entry beside whoever runs on the store. */
export function noteAt(path: string, done: Done): void {
  if (!existsSync(path)) return
  const store = openStore(path, 'beside')
  try {
    store.addAudit(byCommandLine(done))
  } finally {
    store.close()
  }
}
