import type { Touch } from '../../attribution/touch.ts'
import type { Db } from './connect.ts'

/** How many texts are remembered in each direction before the memory starts over. */
const REMEMBERED = 100_000

/** Texts kept once and referred to by number: addresses, titles, event names, devices. */
export interface Texts {
  /** The number of a text, made if it is new. Null stays null. */
  refOf(value: string | null): number | null
  valueOf(ref: number | null): string | null
  touchRefOf(touch: Touch | null): number | null
  touchOf(ref: number | null): Touch | null
  /** Forgets what was remembered: what a rolled-back transaction added is not there. */
  forget(): void
}

export function createTexts(db: Db): Texts {
  const select = db.prepare('SELECT id FROM text WHERE value = ?').pluck()
  const insert = db.prepare('INSERT INTO text (value) VALUES (?)')
  const value = db.prepare('SELECT value FROM text WHERE id = ?').pluck()
  const selectTouch = db.prepare('SELECT id FROM touch WHERE value = ?').pluck()
  const insertTouch = db.prepare(
    'INSERT INTO touch (value, channel, source, medium, campaign) VALUES (?, ?, ?, ?, ?)',
  )
  const touchValue = db.prepare('SELECT value FROM touch WHERE id = ?').pluck()
  const refs = new Map<string, number>()
  const values = new Map<number, string>()
  const touchRefs = new Map<string, number>()
  const touches = new Map<number, Touch>()

  function remember(text: string, ref: number): void {
    if (refs.size >= REMEMBERED) refs.clear()
    if (values.size >= REMEMBERED) values.clear()
    refs.set(text, ref)
    values.set(ref, text)
  }
  return {
    refOf(text) {
      if (text === null) return null
      const known = refs.get(text)
      if (known !== undefined) return known
      const found = select.get(text)
      const ref = Number(found ?? insert.run(text).lastInsertRowid)
      remember(text, ref)
      return ref
    },
    valueOf(ref) {
      if (ref === null) return null
      const known = values.get(ref)
      if (known !== undefined) return known
      const found = value.get(ref)
      if (typeof found !== 'string') return null
      remember(found, ref)
      return found
    },
    touchRefOf(touch) {
      if (touch === null) return null
      const key = JSON.stringify(touch)
      const known = touchRefs.get(key)
      if (known !== undefined) return known
      const { channel, source, medium, campaign } = touch
      const found = selectTouch.get(key)
      const ref = Number(
        found ?? insertTouch.run(key, channel, source, medium, campaign).lastInsertRowid,
      )
      if (touchRefs.size >= REMEMBERED) touchRefs.clear()
      touchRefs.set(key, ref)
      return ref
    },
    touchOf(ref) {
      if (ref === null) return null
      const known = touches.get(ref)
      if (known) return known
      const found = touchValue.get(ref)
      if (typeof found !== 'string') return null
      const touch: Touch = JSON.parse(found)
      if (touches.size >= REMEMBERED) touches.clear()
      touches.set(ref, touch)
      return touch
    },
    forget() {
      refs.clear()
      values.clear()
      touchRefs.clear()
      touches.clear()
    },
  }
}
