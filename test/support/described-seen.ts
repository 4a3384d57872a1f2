import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What of the API's description the tests of one run saw, over all their processes; see described.ts. */

/** Where processes that are started from now on note what they saw. */
export function watchDescribed(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pique-seen-'))
  process.env.PIQUE_SEEN = directory
  return directory
}

interface Unseen {
  /** Answers that do what was asked, and no test ever got. */
  readonly good: readonly string[]
  readonly refusals: readonly string[]
}

/** What is described, and was never seen. */
function unseenIn(directory: string): Unseen {
  const lines = readdirSync(directory).flatMap((name) =>
    readFileSync(join(directory, name), 'utf8').trim().split('\n'),
  )
  const described = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1))
  const seen = new Set(lines)
  const unseen = [...new Set(described)].filter((line) => !seen.has(line)).sort()
  const isGood = (line: string) => / 2\d\d$/.test(line)
  return { good: unseen.filter(isGood), refusals: unseen.filter((line) => !isGood(line)) }
}

/**
 * Prints what no test saw, when all have run. The run has failed where that is an answer that does what was
 * asked, if `isWhole`: a part of the tests sees a part.
 */
export function tellUnseen(directory: string, isWhole: boolean): void {
  const { good, refusals } = unseenIn(directory)
  rmSync(directory, { recursive: true })
  if (!isWhole) return
  for (const status of new Set(refusals.map((line) => line.slice(-3)))) {
    const lines = refusals.filter((line) => line.endsWith(status))
    const operations = lines.map((line) => line.replace('/api/v1', '').slice(0, -4))
    console.info(`described, and seen by no test: ${status} of ${operations.join(', ')}`)
  }
  if (good.length > 0) {
    console.error(`the API describes answers that no test ever saw:\n${good.join('\n')}`)
    // What is thrown when all is over is printed, and fails nothing.
    process.exitCode = 1
  }
}
