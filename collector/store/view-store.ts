/** Lists of leads that the team comes back to: a name for the query of an address. */

export interface NewView {
  /** As people see it: trimmed, not empty. */
  readonly name: string
  readonly query: string
  /** Who saved it. */
  readonly author: string
  readonly at: number
}

export const MOST_VIEWS = 50

/** Every method is one transaction. Two names that differ in nothing but case are the same. */
export interface ViewStore {
  /** Its number. */
  addView(view: NewView): number | 'taken' | 'full'
  renameView(ref: number, name: string): 'done' | 'taken' | 'missing'
  /** What it was, so that it can be saved again; null where there is none. */
  removeView(ref: number): Pick<NewView, 'name' | 'query'> | null
}
