import type { WireAnswer } from '../../shared/wire.ts'
import type { RejectCode } from '../errors.ts'
import type { Told } from './deliveries.ts'
import type { Skip, Tally } from './report.ts'
import { ImportTrouble } from './trouble.ts'

/** A delivery's answer, counted; throws where nothing of it was taken. */
export function countAnswer(
  told: Told,
  answer: { readonly status: number; readonly body: string },
  tally: Tally,
  onSkip: (skip: Skip) => void,
): void {
  if (answer.status !== 202) {
    const { title = 'the store refused it' } = JSON.parse(answer.body) as { title?: string } // a problem of ours
    throw new ImportTrouble(title)
  }
  const { accepted, duplicates, ignored, rejected } = JSON.parse(answer.body) as WireAnswer // ours too
  tally.add({ new: accepted, known: duplicates, erased: ignored })
  for (const { index, code } of rejected) {
    const skip: Skip = { line: told.lines[index] ?? 0, code: code as RejectCode } // as the pipeline has it
    tally.skip(skip)
    onSkip(skip)
  }
}
