import { MOST_VIEWS, type NewView, type ViewStore } from '../view-store.ts'
import type { Db } from './connect.ts'

/** Saved views. Names are compared here, because SQLite folds the case of ASCII alone. */
export function createViews(db: Db): ViewStore {
  const all = db.prepare('SELECT id, name FROM saved_view').raw()
  const insert = db.prepare(
    'INSERT INTO saved_view (name, query, author, created_at) VALUES (@name, @query, @author, @at)',
  )
  const rename = db.prepare('UPDATE saved_view SET name = ? WHERE id = ?')
  const find = db.prepare('SELECT name, query FROM saved_view WHERE id = ?')
  const remove = db.prepare('DELETE FROM saved_view WHERE id = ?')
  const known = () => all.all() as [id: number, name: string][]
  const isTaken = (name: string, except: number | null) =>
    known().some(([id, other]) => id !== except && fold(other) === fold(name))

  return {
    addView: db.transaction((view: NewView) => {
      if (isTaken(view.name, null)) return 'taken'
      if (known().length >= MOST_VIEWS) return 'full'
      return Number(insert.run(view).lastInsertRowid)
    }).immediate,
    renameView: db.transaction((ref: number, name: string) => {
      if (isTaken(name, ref)) return 'taken'
      return rename.run(name, ref).changes > 0 ? 'done' : 'missing'
    }).immediate,
    removeView: db.transaction((ref: number) => {
      const view = find.get(ref) as Pick<NewView, 'name' | 'query'> | undefined // as selected
      remove.run(ref)
      return view ?? null
    }).immediate,
  }
}

/** A shorter id stands in a name or a query by chance. */
const TELLING_LENGTH = 6

/** Drops the views whose name or query names a person who is erased. */
export function dropViewsNaming(
  db: Db,
  ids: readonly (readonly [kind: string, value: string])[],
): void {
  const told = ids.map(([, value]) => fold(value)).filter(({ length }) => length >= TELLING_LENGTH)
  const views = db.prepare('SELECT id, name, query FROM saved_view').raw()
  const drop = db.prepare('DELETE FROM saved_view WHERE id = ?')
  for (const row of views.all()) {
    const [id, name, query] = row as [number, string, string] // as selected
    const text = fold([name, ...new URLSearchParams(query).values()].join('\n'))
    if (told.some((value) => text.includes(value))) drop.run(id)
  }
}

function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
