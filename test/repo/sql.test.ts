import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/**
 * What reaches SQLite as SQL is written in the source. Values are bound; what is put into a text is a
 * constant of the program, and stands here by its name, with what makes it one.
 */
const CONSTANTS: Readonly<Record<string, string>> = {
  columns: 'a list of columns, written in the same file',
  EVENT_COLUMNS: 'a list of columns',
  EVENT_JOIN: 'a join, written in the same file',
  LEAD: 'a list of columns',
  COLUMNS: 'a list of columns',
  where: 'a condition that a caller in the same folder writes out',
  column: 'one of three columns, written in the same file',
  flag: 'a condition, written in the same file',
  props: 'the name of a column, or NULL',
  CHECKPOINT_PAGES: 'a number',
  BUSY_MS: 'a number',
  KEPT_LOG_BYTES: 'a number',
  PAGE: 'a number',
  table: 'the name of a table, written in the same file',
  within: 'a condition, written in the same function',
  values: 'one of two lists of values, written in the same function',
  'MIGRATIONS.length': 'a number',
}
/** Statements that are no text where they are run, each with where it is written. */
const VARIABLES: Readonly<Record<string, string>> = {
  step: 'a migration of migrations.ts, in connect.ts',
  query: 'a parameter of a function within backup.ts, which calls it with texts',
  sql: 'a parameter of a function within load.ts or verify.ts, which its callers there write out',
}

const files = readdirSync('collector', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|tsx)$/.test(name) && !name.startsWith('bench'))
  .map((name) => ({
    path: join('collector', name),
    text: readFileSync(join('collector', name), 'utf8'),
  }))

/** What is handed to SQLite, as it stands in the source. */
function statementsOf(text: string): string[] {
  const code = text.replace(/^\s*\/\/.*$/gm, '')
  const calls = code.matchAll(
    /\.(?:prepare|exec|pragma)(?:<[^()]*>)?\(\s*(`[^`]*`|'[^']*'|"[^"]*"|[^\s,)]+)(\s*[+.])?/g,
  )
  return [...calls].map(([, argument = '', more = '']) => argument + more)
}

function wrongIn({ path, text }: { readonly path: string; readonly text: string }): string[] {
  return statementsOf(text).flatMap((argument) => {
    if (/[+.]$/.test(argument.trim())) return [`${path}: ${argument} is put together`]
    if (argument.startsWith("'") || argument.startsWith('"')) return []
    if (!argument.startsWith('`'))
      return argument in VARIABLES ? [] : [`${path}: ${argument} is no text`]
    return [...argument.matchAll(/\$\{([^}]*)\}/g)]
      .map(([, name = '']) => name)
      .filter((name) => !(name in CONSTANTS))
      .map((name) => `${path}: \${${name}} in SQL`)
  })
}

test('every statement is written out, and nothing is put into one but constants', () => {
  const inStore = files.filter(({ text }) => /better-sqlite3|\bDb\b/.test(text))
  expect(inStore.flatMap(({ text }) => statementsOf(text)).length).toBeGreaterThan(100)
  expect(inStore.flatMap(wrongIn)).toEqual([])
})
