import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { expect, test } from 'vitest'

/** What comes into the product from elsewhere: little, in exact versions, and the same in every build. */

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly dev?: boolean
  readonly link?: boolean
}

const own = JSON.parse(readFileSync('package.json', 'utf8'))
const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
)
const locked = Object.entries(lock.packages).filter(([path]) => path !== '')
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13)

/** Approved by name, each for what its script does. */
const MAY_INSTALL: Readonly<Record<string, boolean>> = {
  'better-sqlite3': true, // fetches or compiles SQLite's binding
  esbuild: true, // checks its binary; builds only
  'core-js': false, // prints an advertisement
  'msgpackr-extract': false, // fetches a faster reader, for a queue that a test's SDK brings
}

test('the runtime needs few packages, and names every one with what it is for', () => {
  const names = Object.keys(own.dependencies)
  expect(names.length).toBeLessThanOrEqual(20)
  expect(names).toContain('hono')
  const rows = readFileSync('README.md', 'utf8').split('\n')
  for (const name of names) {
    const row = rows.find((line) => line.includes(`\`${name}\``)) ?? ''
    expect(row, `${name} has no row in the README's table`).toMatch(/^\| `.+` \| .+ \|$/)
  }
})

test('every version is exact, and the lock file holds it with its hash', () => {
  for (const [name, version] of Object.entries({
    ...own.dependencies,
    ...own.optionalDependencies,
    ...own.devDependencies,
  })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
  }
  for (const [path, { resolved, integrity }] of locked) {
    expect(integrity, path).toMatch(/^sha512-[\w+/]{86}==$/)
    // Without an address npm takes the registry that is set; no package comes from anywhere else.
    expect(resolved ?? 'https://registry.npmjs.org/', path).toMatch(
      /^https:\/\/registry\.npmjs\.org\//,
    )
  }
  expect(locked.length).toBeGreaterThan(50)
})

test('only packages approved by name may run something when they are installed', () => {
  const running = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => nameOf(path))
  expect(running).toContain('better-sqlite3')
  // Optional on other systems, and a file watcher for development.
  for (const name of new Set(running))
    expect([...Object.keys(MAY_INSTALL), 'fsevents']).toContain(name)
  expect(own.allowScripts).toEqual(MAY_INSTALL)
})

/** The build's own options, read where it stands. */
async function buildOptions(): Promise<readonly BuildOptions[]> {
  const { tagBuild, extrasBuild } = await import(pathToFileURL(resolve('collector/build.mjs')).href)
  return [tagBuild, extrasBuild]
}

test('the tag and its files are the same bytes in every build, and need nothing of anybody', async () => {
  const hashesOf = async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'pique-test-'))
    try {
      const hashes: Record<string, string> = {}
      for (const options of await buildOptions()) {
        const { metafile } = await build({ ...options, outdir, metafile: true })
        const foreign = Object.keys(metafile?.inputs ?? {}).filter(
          (path) => !/^(snippet|shared)\//.test(path),
        )
        expect(foreign).toEqual([])
        for (const name of Object.keys(options.entryPoints ?? {})) {
          const file = readFileSync(join(outdir, `${name}.js`))
          hashes[name] = createHash('sha384').update(file).digest('base64')
        }
      }
      return hashes
    } finally {
      rmSync(outdir, { recursive: true })
    }
  }
  const [one, two] = [await hashesOf(), await hashesOf()]
  expect(Object.keys(one)).toHaveLength(8)
  expect(two).toEqual(one)
  const shipped = createHash('sha384')
    .update(readFileSync('dist/snippet/pique.js'))
    .digest('base64')
  expect(one.pique).toBe(shipped)
})
