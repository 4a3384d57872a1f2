/** The best of many scores, and the rank of each; both exact. */

/** The best slots, by score downwards and then by slot, exactly; those not to keep are passed over. */
export function topOf(
  scores: Float64Array,
  limit: number,
  keep: (slot: number) => boolean = () => true,
): number[] {
  // Gathered with room to spare, then sorted and cut: most slots cost one comparison with the bar.
  const most = 2 * limit + 100
  const best: number[] = []
  let bar = Number.NEGATIVE_INFINITY
  const shorten = () => {
    best.sort((a, b) => at(scores, b) - at(scores, a) || a - b)
    if (best.length < limit) return
    best.length = limit
    bar = at(scores, best[limit - 1] ?? 0)
  }
  for (let slot = 0; slot < scores.length; slot += 1) {
    if (at(scores, slot) <= bar || !keep(slot)) continue
    best.push(slot)
    if (best.length > most) shorten()
  }
  shorten()
  return best
}

/**
 * Ranks slots within groups (sites): the share of the others that score lower, in whole percent, 100
 * where there are no others. Null for a slot whose group is null. Make it once per scoring.
 */
export function createRanks(
  scores: Float64Array,
  groupOf: (slot: number) => number | null,
): (slot: number) => number | null {
  const members = new Map<number, number[]>()
  for (const [slot, score] of scores.entries()) {
    const group = groupOf(slot)
    if (group === null) continue
    const list = members.get(group)
    if (list) list.push(score)
    else members.set(group, [score])
  }
  const sorted = new Map<number | null, Float64Array>()
  for (const [group, list] of members) sorted.set(group, Float64Array.from(list).sort())
  return (slot) => {
    const ranked = sorted.get(groupOf(slot))
    if (!ranked) return null
    if (ranked.length === 1) return 100
    return Math.floor((100 * lowerIn(ranked, at(scores, slot))) / (ranked.length - 1))
  }
}

function lowerIn(sorted: Float64Array, score: number): number {
  let from = 0
  for (let to = sorted.length; from < to; ) {
    const middle = (from + to) >> 1
    if (at(sorted, middle) < score) from = middle + 1
    else to = middle
  }
  return from
}

function at(scores: Float64Array, place: number): number {
  return scores[place] ?? 0
}
