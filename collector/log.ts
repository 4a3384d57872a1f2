/** Structured logs: one JSON line each, on stderr. Fields hold ids and counts, never people's data. */
export interface Log {
  info(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | null>>

export function createLog(write: (line: string) => void, clock: () => number): Log {
  const line =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      // JSON.stringify escapes control characters, so a line stays a line.
      write(
        `${JSON.stringify({ time: new Date(clock()).toISOString(), level, message, ...fields })}\n`,
      )
  return { info: line('info'), error: line('error') }
}

/** Of a surprise what may stand in a log: its kind and where it was thrown, but not its message. */
export function faultOf(error: Error): LogFields {
  const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line))
  return { reason: error.name, where: frame?.trim().replace(/\(?file:\/\/.*\//, '') ?? null }
}
