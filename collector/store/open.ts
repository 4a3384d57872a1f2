import { openSqliteStore } from './sqlite/store.ts'
import type { WriteStore } from './store.ts'
import type { StoreOptions } from './store-file.ts'

/** Opens the store an address names; the one place that knows the adapters. */
export function openStore(
  address: string,
  use: 'alone' | 'beside',
  options: StoreOptions = {},
): WriteStore {
  if (/^postgres(ql)?:/.test(address)) {
    throw new Error('this version keeps its data in SQLite only: give --store a file path')
  }
  return openSqliteStore(address, use, options)
}
