import { parse } from 'yaml'
import { z } from 'zod'
import { ImportTrouble } from './trouble.ts'

/** What the owner of a CSV says of its columns, as YAML or JSON. */

export const DATES = ['iso', 'epoch_ms', 'epoch_s', 'day_first', 'month_first'] as const
export type DateForm = (typeof DATES)[number]

const column = z.string().min(1)
const shape = z.strictObject({
  columns: z
    .strictObject({
      id: column,
      type: column,
      at: column,
      browser: column,
      user_id: column,
      email: column,
      session: column,
      url: column,
      referrer: column,
      title: column,
    })
    .partial()
    .default({}),
  /** For every row, where no column says it. */
  constants: z
    .strictObject({ type: z.string(), at: z.string(), url: z.string() })
    .partial()
    .default({}),
  /** The columns that are kept as props of an event, or traits of a lead; all others if absent. */
  keep: z.array(column).optional(),
  dates: z.enum(DATES).default('iso'),
})
export type Mapping = z.infer<typeof shape>

/** Throws an `ImportTrouble` that says what is wrong where. */
export function readMapping(text: string, name: string): Mapping {
  let raw: unknown
  try {
    raw = parse(text, { maxAliasCount: 0 })
  } catch (error) {
    const first = error instanceof Error ? error.message.split('\n', 1)[0] : ''
    throw new ImportTrouble(`${name} is no YAML: ${first}`)
  }
  const read = shape.safeParse(raw ?? {})
  if (read.success) return read.data
  const [issue] = read.error.issues
  const place = issue?.path.join('.') || 'it'
  throw new ImportTrouble(`${name} is no mapping: ${place}: ${issue?.message ?? ''}`)
}
