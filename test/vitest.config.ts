import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

/** Bundled text files (`.yaml`, `.txt`) read as they are in the build. */
const textFiles: Plugin = {
  name: 'text-files',
  enforce: 'pre',
  load: (id) =>
    /\.(yaml|txt)$/.test(id)
      ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}`
      : undefined,
}

/** The tests of some folders; `isolate` gives each file modules of its own. */
function project(name: string, folders: readonly string[], isolate: boolean) {
  const include = folders.flatMap((folder) => [
    `test/${folder}/**/*.test.ts`,
    `test/${folder}/**/*.test.tsx`,
  ])
  return { extends: true as const, test: { name, include, isolate, globalSetup: [] } }
}

export default defineConfig({
  plugins: [textFiles],
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    projects: [
      // What stays in one process shares its modules: reading them again for each file is half of its time.
      project('inside', ['unit', 'contract', 'golden', 'http', 'repo'], false),
      project('outside', ['browser', 'faults'], true),
    ],
    globalSetup: [fileURLToPath(new URL('./support/build-once.ts', import.meta.url))],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Real browsers and processes share two cores with each other; what is wrong is wrong twice.
    retry: 1,
  },
})
