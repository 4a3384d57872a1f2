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
