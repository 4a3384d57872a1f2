import { rmSync, writeFileSync } from 'node:fs'

/** The link that makes the first account, beside the store, for whoever can read the store anyway. */
export interface SetupNote {
  /** Writes the link of this start; removes an older one where there is none. */
  keep(link: string | null): void
  remove(): void
}

export function createSetupNote(store: string): SetupNote {
  const path = setupNotePath(store)
  const remove = () => rmSync(path, { force: true })
  return {
    keep(link) {
      remove() // so that the new file has our mode, and is no link to another
      if (link !== null) writeFileSync(path, `${link}\n`, { mode: 0o600, flag: 'wx' })
    },
    remove,
  }
}

function setupNotePath(store: string): string {
  return `${store}-setup`
}
