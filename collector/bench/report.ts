/** What the bench says and how: plain lines, and tables with their columns in line. */

export const print = (text: string) => void process.stdout.write(`${text}\n`)

export const share = (value: number) => value.toFixed(2)

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Prints rows under a head; the first column is text, the others are set to the right. */
export function printTable(rows: readonly (readonly (string | number)[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => String(row[i] ?? '').length)),
  )
  for (const row of rows)
    print(
      row
        .map((cell, i) =>
          i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
}
