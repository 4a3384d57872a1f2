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

export default defineConfig({
  plugins: [textFiles],
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    dir: 'test',
    include: ['**/*.test.ts', '**/*.test.tsx'],
    globalSetup: [fileURLToPath(new URL('./support/build-once.ts', import.meta.url))],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Real browsers and processes share two cores with each other; what is wrong is wrong twice.
    retry: 1,
  },
})
