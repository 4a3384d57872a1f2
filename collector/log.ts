import { codeOf, isStoreTrouble } from './store/trouble.ts'

/**
 * Structured logs: one JSON line each, on stderr. A message is a fixed sentence, by which a line is known;
 * what varies stands in fields, which hold ids, counts and codes, never people's data.
 */
export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | null>>

const MAX_FIELD_LENGTH = 300

export function createLog(write: (line: string) => void, clock: () => number): Log {
  const line =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const cleaned = Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'string' ? impersonal(value) : value,
      ])
      const time = new Date(clock()).toISOString()
      // JSON.stringify escapes control characters, so a line stays a line.
      write(`${JSON.stringify({ time, level, message, ...Object.fromEntries(cleaned) })}\n`)
    }
  return { info: line('info'), warn: line('warn'), error: line('error') }
}

/** The last net below `reasonOf`, for what nobody thought of: no address of anybody, no secret, no end. */
function impersonal(text: string): string {
  return text
    .slice(0, MAX_FIELD_LENGTH)
    .replace(/[^\s@]*(@|%40)[^\s@]*/gi, '[e-mail]')
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, '[address]')
    .replace(/(?<![\w:])(?=[\da-f]*:[\da-f]*:)[\da-f:]{3,}(?![\w:])/gi, '[address]')
    .replace(/\b(?=\w*\d)(?=\w*[a-z])[\w-]{24,}\b/gi, '[secret]')
}

/**
 * What may be written down of an error. The messages of the store's driver and our own sentences are words
 * of programs; any other message may quote what somebody sent, so it is left out, and its kind and place
 * in the code stand for it. Errors of another thread carry their stack as message.
 */
export function reasonOf(error: unknown): string {
  if (isStoreTrouble(error)) return error.message
  if (!(error instanceof Error)) return error === null ? 'null' : typeof error
  const text = STACK.test(error.message) ? error.message : (error.stack ?? error.message)
  const first = text.split('\n', 1)[0] ?? ''
  if (/\bSQLITE_|^SqliteError\b/.test(first)) return `${codeOf(error)} ${first}`.trimStart()
  const kind = /\b(?:[A-Z]\w*)?(?:Error|Exception)\b/.exec(first)?.[0] ?? error.name
  const place = /[^/\\(\s]+:\d+:\d+(?=\)?$)/m.exec(STACK.exec(text)?.[0] ?? '')?.[0]
  return place === undefined ? kind : `${kind} at ${place}`
}

const STACK = /^\s+at .+:\d+:\d+\)?$/m
