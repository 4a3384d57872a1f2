import type { Stretch } from '../records.ts'
import type { Db } from './connect.ts'
import { dropEmptyBrowser, dropEvents, dropViews, noteLastNumbers } from './erase.ts'
import { beginUnusedTexts, dropErasedTexts } from './erased-texts.ts'

/**
 * Takes what happened in stretches of browsers out of the tables, whoever holds them: in a copy of before,
 * somebody who was erased since may not have said yet who it is. Works inside a transaction; the browsers
 * that are left are to be derived anew in the same one.
 */
export function eraseStretches(db: Db, stretches: readonly Stretch[]): readonly number[] {
  noteLastNumbers(db)
  beginUnusedTexts(db)
  for (const { browser, from, to } of stretches) dropEvents(db, browser, from, to)
  const touched = [...new Set(stretches.map(({ browser }) => browser))]
  const left = touched.filter((browser) => !dropEmptyBrowser(db, browser))
  for (const browser of left) dropViews(db, browser)
  dropErasedTexts(db)
  return left
}
