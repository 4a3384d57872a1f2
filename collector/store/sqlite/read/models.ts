import { parseModel } from '../../../scoring/model.ts'
import type { ModelJson, ModelVersionJson } from '../../shapes.ts'
import type { ReadTools } from './tools.ts'

/** Published models, and which of them scores. */
export function createModelReader({ db, activeVersion }: ReadTools) {
  const columns = 'version, yaml, note, author, published_at, active_at'
  const all = db.prepare(`SELECT ${columns} FROM model ORDER BY version DESC`)
  const one = db.prepare(`SELECT ${columns} FROM model WHERE version = ?`)
  const newest = db.prepare('SELECT max(version) FROM model').pluck()

  /** By version. A version never changes, and a file takes milliseconds to read. */
  const names = new Map<number, string>()

  function nameOf({ version, yaml }: Row): string {
    const known = names.get(version)
    if (known !== undefined) return known
    const parsed = parseModel(yaml)
    const name = parsed.ok ? parsed.model.name : ''
    names.set(version, name)
    return name
  }
  /** Says of a version what it is now. */
  function createVersionJson(): (row: Row) => ModelVersionJson {
    const [active, last] = [activeVersion(), newest.get()]
    const stateOf = ({ version, active_at }: Row): ModelVersionJson['state'] => {
      if (version === active) return 'active'
      return active_at === null && version === last ? 'counting' : 'retired'
    }
    return (row) => ({
      version: row.version,
      name: nameOf(row),
      state: stateOf(row),
      note: row.note,
      by: row.author,
      published_at: new Date(row.published_at).toISOString(),
      active_at: row.active_at === null ? null : new Date(row.active_at).toISOString(),
    })
  }
  return {
    /** The active one, or a version. */
    model(version = activeVersion()): ModelJson | undefined {
      const row = one.get(version) as Row | undefined
      return row && { ...createVersionJson()(row), yaml: row.yaml }
    },
    /** Newest first. */
    versions: (): ModelVersionJson[] => (all.all() as Row[]).map(createVersionJson()),
  }
}

interface Row {
  readonly version: number
  readonly yaml: string
  readonly note: string
  readonly author: string
  readonly published_at: number
  readonly active_at: number | null
}
