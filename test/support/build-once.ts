import { execFileSync } from 'node:child_process'

/** Builds `dist/` once before any test, so that tests of the built product never see a stale one. */
export default function buildOnce(): void {
  execFileSync(process.execPath, ['collector/build.mjs'], { stdio: 'inherit' })
}
