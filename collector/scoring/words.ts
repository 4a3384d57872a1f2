/** Words for messages about a model: short quotes, and the name that a misspelt one was meant to be. */

const MAX_QUOTED = 60

/** The text in quotes, on one line, cut where it is long. */
export function quote(text: string): string {
  if (text.length <= MAX_QUOTED) return JSON.stringify(text)
  const characters = [...text.slice(0, MAX_QUOTED)]
  return JSON.stringify(`${characters.slice(0, MAX_QUOTED - 20).join('')}…`)
}

/**
 * The name that the word is closest to, if close: its case, spaces and dashes aside, the same words in
 * another order, or a few letters off. A word that is one of the names is its own nearest.
 */
export function nearestName(word: string, names: readonly string[]): string | null {
  if (names.includes(word)) return word
  const squashed = squash(word)
  if (squashed.length < 2 || squashed.length > MAX_QUOTED) return null
  const same = names.find((name) => squash(name) === squashed || sorted(name) === sorted(word))
  if (same !== undefined) return same
  const allowed = squashed.length < 8 ? 1 : 2
  const ranked = names
    .filter((name) => Math.abs(squash(name).length - squashed.length) <= allowed)
    .map((name) => ({ name, distance: editDistance(squashed, squash(name)) }))
    .filter(({ distance }) => distance <= Math.min(allowed, squashed.length - 2))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name ?? null
}

function squash(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function sorted(text: string): string {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .sort()
    .join()
}

/** Letters added, left out, changed, or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(changed, at(last, j) + 1, at(row, j - 1) + 1)
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(beforeLast, j - 2) + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
