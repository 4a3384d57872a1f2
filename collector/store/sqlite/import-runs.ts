import type { ImportRuns } from '../import-runs.ts'
import type { Db } from './connect.ts'

export function createImportRuns(db: Db): ImportRuns {
  const select = db.prepare('SELECT place, report, updated_at FROM import_run WHERE name = ?').raw()
  const put = db.prepare(
    `INSERT INTO import_run (name, place, report, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET place = excluded.place, report = excluded.report,
       updated_at = excluded.updated_at`,
  )
  const drop = db.prepare('DELETE FROM import_run WHERE name = ?')
  return {
    importRun(name) {
      const row = select.get(name) as [number, string, number] | undefined // as selected
      return row ? { place: row[0], report: row[1], updatedAt: row[2] } : null
    },
    putImportRun(name, { place, report, updatedAt }) {
      put.run(name, place, report, updatedAt)
    },
    dropImportRun(name) {
      drop.run(name)
    },
  }
}
