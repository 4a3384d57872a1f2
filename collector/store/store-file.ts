/** The store as a file on a disk: its place, its room, its soundness. */
export interface StoreFile {
  /** Bytes of the write-ahead log; null where there is none to look at. */
  walBytes(): number | null
  /** Bytes that are free on the store's disk; null where that can't be told. */
  freeBytes(): number | null
  /** Throws where the file at the store's path is not the one that was opened. */
  assertInPlace(): void
  /** Folds the write-ahead log into the file and cuts it; false where a reader is in the way. */
  shortenLog(): boolean
  hasBallast(): boolean
  /** Puts bytes on the disk that can be given back when it is full. */
  makeBallast(): void
  /** When the whole file was last found sound; null for never. */
  checkedAt(): number | null
  noteChecked(at: number): void
  /** What the owner is to know of how it was opened. */
  readonly notices: readonly Notice[]
}

/** Something for the owner to read in the log. */
export interface Notice {
  readonly level: 'info' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, string | number>>
}

/** How a store is opened, beyond its path. */
export interface StoreOptions {
  /** Key of the secrets, 32 bytes as hex or base64url; the one in the marker where there is none. */
  readonly instanceKey?: string | null
  /** Browsers kept in memory; more than one group may touch. */
  readonly rememberedBrowsers?: number | undefined
  /** Begin a new store where there was one. */
  readonly init?: boolean
  /** Keep a copy of a store before its schema changes; true if not said. */
  readonly migrationBackup?: boolean
  /** Bytes kept to be given back when the disk is full. */
  readonly ballastBytes?: number
  readonly now?: number
}
