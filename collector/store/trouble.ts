/** Why a store can't be used: one sentence for whoever starts it, with the cure, and the exit code. */
export class StoreTrouble extends Error {
  readonly exitCode: number
  constructor(sentence: string, exitCode = 1) {
    super(sentence)
    this.exitCode = exitCode
  }
}

/** Told by what it has, as each built file has a class of its own. */
export function isStoreTrouble(error: unknown): error is StoreTrouble {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number'
}

/** Another process works on the store, alone. */
export class StoreInUse extends StoreTrouble {}

/** The store may be damaged; a supervisor starts the process anew, which checks it. */
export const EXIT_STORE_FAILED = 70
/** Starting anew does not help: somebody must restore a backup. */
export const EXIT_STORE_DAMAGED = 71

/**
 * What the process is to end with after this failure of a running store, or null where it may go on.
 * A flush that failed is never tried again: what it should have written may be gone from memory too.
 */
export function fatalExitOf(error: unknown): number | null {
  if (isStoreTrouble(error) && error.exitCode >= EXIT_STORE_FAILED) return error.exitCode
  const isBroken = /^SQLITE_(IOERR|CORRUPT|NOTADB|READONLY_DBMOVED)/.test(codeOf(error))
  return isBroken ? EXIT_STORE_FAILED : null
}

/** What a failure to open or write the store at `path` means to its owner. */
export function troubleOf(error: unknown, path: string): StoreTrouble {
  if (isStoreTrouble(error)) return error
  const code = codeOf(error)
  const known = KNOWN.find(({ codes }) => codes.test(code))
  if (known) return new StoreTrouble(known.sentence(path), known.exitCode)
  const message = error instanceof Error ? error.message : String(error)
  const first = message.split('\n', 1)[0] ?? ''
  return new StoreTrouble(
    code.startsWith('SQLITE_') ? `the store ${path} can't be used: ${first}` : first,
  )
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/**
 * Whether it is the store that failed, and not what was to be written: a value that breaks a rule of a table
 * would break it again.
 */
export function isFaultOfStore(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_') && !/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(code)
}

const KNOWN: readonly {
  readonly codes: RegExp
  readonly sentence: (path: string) => string
  readonly exitCode?: number
}[] = [
  {
    codes: /^SQLITE_(CORRUPT|NOTADB)/,
    sentence: (path) =>
      `the store ${path} is damaged or no SQLite file; put it aside and restore a backup, or name another with --store`,
    exitCode: EXIT_STORE_DAMAGED,
  },
  {
    codes: /^SQLITE_READONLY_ROLLBACK/,
    sentence: (path) =>
      `a write to the store ${path} was broken off half way, and who only reads can't take it back; start the collector on it once, which does`,
  },
  {
    codes:
      /^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH)|E(ACCES|PERM|ROFS|NOENT|NOTDIR|EXIST|LOOP|NAMETOOLONG)$)/,
    sentence: (path) =>
      `the store ${path} can't be opened; let this user read and write the file and its directory, or name another with --store`,
  },
  {
    codes: /^EISDIR$/,
    sentence: (path) =>
      `the store ${path} is a directory; name a file, such as --store ${path.replace(/\/+$/, '')}/pique.db`,
  },
  {
    codes: /^SQLITE_(BUSY|LOCKED)/,
    sentence: (path) =>
      `the store ${path} is locked by another program; try again, or stop that program`,
  },
  {
    codes: /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    sentence: (path) =>
      `the disk of the store ${path} is full; make room, or name another place with --store`,
  },
  {
    codes: /^(SQLITE_IOERR|EIO$)/,
    sentence: (path) => `the disk of the store ${path} failed; check it, then start again`,
  },
]
