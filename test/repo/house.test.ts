import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

/** The walls of the house: what may import what, and what stands only in its place. */

const files = ['shared', 'snippet', 'collector']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
  .map((path) => ({ path: normalize(path), text: readFileSync(path, 'utf8') }))

const CODE = files.filter(({ path }) => !path.endsWith('.d.ts'))

function importsOf({ path, text }: { path: string; text: string }): string[] {
  const found = text.matchAll(/^(?:import|export)\s[^'"]*?from '([^']+)'|^import '([^']+)'/gm)
  return [...found].map(([, from, bare]) => {
    const target = from ?? bare ?? ''
    return target.startsWith('.') ? normalize(join(dirname(path), target)) : target
  })
}

interface Zone {
  readonly name: string
  readonly holds: (path: string) => boolean
  readonly mayImport: (target: string, path: string) => boolean
}

const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(folder))

const PURE = within(
  'collector/identity/',
  'collector/attribution/',
  'collector/scoring/',
  'collector/ingest/text.ts',
  'collector/ingest/mask.ts',
  'collector/ingest/clean-url.ts',
  'collector/ingest/props.ts',
  'collector/ingest/remembered.ts',
  'collector/ingest/json-depth.ts',
  'collector/ingest/parse.ts',
  'collector/ingest/parse-claim.ts',
  'collector/ingest/external.ts',
  'collector/ingest/note-seen.ts',
  'collector/ingest/sample.ts',
  'collector/ingest/fold.ts',
  'collector/ingest/count.ts',
  'collector/ingest/link.ts',
  'collector/ingest/rederive.ts',
  'collector/ingest/settle.ts',
  'collector/ingest/telling.ts',
  'collector/segment/',
  'collector/webhooks/news.ts',
  'collector/webhooks/schedule.ts',
  'collector/webhooks/refusals.ts',
  'collector/errors.ts',
  'collector/nesting.ts',
)
/** Record types that pure code may name. */
const RECORDS = within(
  'collector/store/store.ts',
  'collector/store/records.ts',
  'collector/store/devices.ts',
  'collector/store/standing.ts',
  'collector/store/model-store.ts',
  'collector/store/shapes.ts',
  'collector/store/webhook-store.ts',
  'collector/store/ids.ts',
)

const ZONES: readonly Zone[] = [
  { name: 'shared', holds: within('shared/'), mayImport: () => false },
  {
    name: 'snippet',
    holds: within('snippet/'),
    mayImport: (target, path) =>
      (within('snippet/', 'shared/')(target) ||
        (target === 'react' && path === 'snippet/react.ts')) &&
      !(path.startsWith('snippet/features/') && target.startsWith('snippet/features/')),
  },
  {
    name: 'what the package brings for other servers',
    holds: within('collector/package/'),
    mayImport: within('collector/package/'),
  },
  {
    name: 'the assistant’s way in, which has the API and no store',
    holds: within('collector/mcp/'),
    mayImport: (target) =>
      within(
        'collector/mcp/',
        'collector/http/schemas',
        'collector/store/reports.ts',
        '@modelcontextprotocol/sdk/',
      )(target) || ['zod', 'node:fs', 'node:url', 'node:timers/promises'].includes(target),
  },
  {
    name: 'pure',
    holds: PURE,
    mayImport: (target, path) =>
      PURE(target) ||
      RECORDS(target) ||
      target.startsWith('shared/') ||
      (target === 'node:crypto' &&
        /\/(ingest\/(parse-claim|external)|segment\/message-id)\.ts$/.test(path)) ||
      (['yaml', 'zod'].includes(target) && path.startsWith('collector/scoring/model')),
  },
  {
    name: 'dashboard views',
    holds: (path) =>
      path.startsWith('collector/dashboard/') &&
      path.endsWith('.tsx') &&
      !/\/(routes|answers|[a-z-]+-screen)\.tsx$/.test(path),
    mayImport: (target) => target.startsWith('collector/dashboard/') || target.startsWith('hono/'),
  },
  {
    name: 'everybody but open.ts and the two threads',
    holds: (path) => !within('collector/store/', 'collector/cli', 'collector/bench/')(path),
    mayImport: (target, path) =>
      !target.startsWith('collector/store/sqlite/') || isTypeOnly(path, 'store/sqlite/'),
  },
]

function isTypeOnly(path: string, target: string): boolean {
  const text = files.find((file) => file.path === path)?.text ?? ''
  const lines = text.match(new RegExp(`^import .*${target}.*$`, 'gm')) ?? []
  return lines.every((line) => line.startsWith('import type'))
}

describe('walls', () => {
  test.each(ZONES.map((zone) => [zone.name, zone] as const))('%s', (_, zone) => {
    const inside = CODE.filter(({ path }) => zone.holds(path))
    expect(inside.length).toBeGreaterThan(0)
    const wrong = inside.flatMap((file) =>
      importsOf(file)
        .filter((target) => !zone.mayImport(target, file.path))
        .map((target) => `${file.path} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })
})

/** Text without comments, so that a comment may name what the code must not use. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function using(pattern: RegExp, allowed: (path: string) => boolean): string[] {
  return CODE.filter(({ path, text }) => !allowed(path) && pattern.test(codeOf(text))).map(
    ({ path }) => path,
  )
}

describe('what stands only in its place', () => {
  test('the clock is read at the edge', () => {
    const edge = within(
      'snippet/',
      'collector/serve.ts',
      'collector/cli.ts',
      'collector/bench/',
      'collector/package/', // runs on other people's servers
    )
    expect(using(/Date\.now|new Date\(\)/, edge)).toEqual([])
  })
  test('the environment is read by the command line, and handed to config.ts', () => {
    expect(using(/process\.env/, within('collector/cli.ts', 'collector/bench/'))).toEqual([])
  })
  test('no markup is written raw, but the structured data of the demo shop', () => {
    const raw =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\braw\(/
    const statements = within('collector/store/', 'collector/bench/', 'collector/demo/json-ld.tsx')
    // Where a form is told by what it says: read, not written.
    const reader = 'snippet/form-kind.ts'
    expect(using(raw, (path) => statements(path) || path === reader)).toEqual([])
    expect(using(/HTML\s*\+?=[^=]/, (path) => path !== reader)).toEqual([])
  })
  test('no file is longer than 400 lines, but texts', () => {
    const long = CODE.filter(({ text }) => text.split('\n').length > 400).map(({ path }) => path)
    expect(long).toEqual([])
  })
})
