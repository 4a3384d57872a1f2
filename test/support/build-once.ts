import { execFileSync } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import { tellUnseen, watchDescribed } from './described-seen.ts'

/**
 * Builds `dist/` once before any test, so that tests of the built product never see a stale one; and when all
 * have run, tells what of the API's description none of them saw.
 */
export default function buildOnce({ vitest }: TestProject): () => void {
  execFileSync(process.execPath, ['collector/build.mjs'], { stdio: 'inherit' })
  const directory = watchDescribed()
  // Named files, and tests of a pattern, are a part; so is a run that was broken off.
  const isPart = () =>
    Reflect.get(vitest, 'filenamePattern') !== undefined ||
    vitest.config.testNamePattern !== undefined ||
    Reflect.get(vitest, 'isCancelling') === true
  return () => tellUnseen(directory, !isPart())
}
