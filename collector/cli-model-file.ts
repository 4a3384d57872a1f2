import { createReadStream } from 'node:fs'
import { MAX_MODEL_BYTES, type Model, parseModel } from './scoring/model.ts'
import type { Reader } from './store/reader.ts'
import type { ModelJson } from './store/shapes.ts'
import { codeOf } from './store/trouble.ts'

/** The models that a command works on: a file somebody wrote, or a version in the store. */

export interface CheckedFile {
  /** As it is named in messages. */
  readonly name: string
  readonly yaml: string
  readonly model: Model
  readonly warnings: readonly string[]
}

/** Reads and checks a model file; says all that is wrong and sets exit 1 where it can't be used. */
export async function readChecked(
  path: string,
  complain: (text: string) => void,
): Promise<CheckedFile | null> {
  const name = path === '-' ? 'stdin' : path
  const problems: string[] = []
  try {
    const yaml = await readText(path)
    const parsed = parseModel(yaml)
    if (parsed.ok) return { name, yaml, model: parsed.model, warnings: parsed.warnings ?? [] }
    problems.push(...parsed.problems)
  } catch (error) {
    problems.push(`can't be read: ${UNREADABLE[codeOf(error)] ?? String(error)}`)
  }
  for (const problem of problems) complain(`${name}: ${problem}`)
  process.exitCode = 1
  return null
}

/** A file's text, or stdin's; of what is too long for a model only as much as shows that. */
async function readText(path: string): Promise<string> {
  const source = path === '-' ? process.stdin : createReadStream(path, { end: MAX_MODEL_BYTES })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_MODEL_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; name a model file, or - for stdin',
  EISDIR: 'it is a directory; name a file in it',
  EACCES: 'this user may not; let them read it',
  ENOTDIR: 'a part of the path is no directory; check the path',
}

export function warnOf({ name, warnings }: CheckedFile, complain: (text: string) => void): void {
  for (const warning of warnings) complain(`${name}: warning: ${warning}`)
}

/** The model that scores, or a version of it; throws where there is none. */
export async function modelOf(reader: Reader, version?: string | number): Promise<ModelJson> {
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(String(version))) {
    throw new Error(`"${version}" is no version; expected a number, such as 1`)
  }
  const found = await reader.model(version === undefined ? undefined : Number(version))
  if (found.kind === 'found') return found.value
  throw new Error(
    version === undefined
      ? 'the store has no model yet; start the collector on it once'
      : `there is no version ${version}; \`pique model history\` lists them`,
  )
}
