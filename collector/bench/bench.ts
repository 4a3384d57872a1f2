/**
 * `npm run bench`: figures as ratios of things measured in turns in one run, because machines are noisy
 * and differ. Prints what it measured, and whether what is promised of it holds; fails nothing.
 *
 * `npm run bench -- PART…` runs parts alone: `collector`, `scoring`, `rescan`, `sizes`, `cost`, or `tag`
 * for the last two; `screens` makes a store of 100 000 leads and takes minutes, so it runs only when asked for.
 * `cost=3` measures three rounds, for a quick look, and `screens=5` five thousand leads.
 */
import { benchCollector } from './collector-bench.ts'
import { print } from './report.ts'
import { benchRescan } from './rescan-bench.ts'
import { benchScoring } from './scoring-bench.ts'
import { benchScreens } from './screens-bench.ts'
import { benchTagCost, benchTagSizes } from './tag-bench.ts'

const ROUNDS = 20

const PARTS: Readonly<Record<string, (rounds?: number) => Promise<void>>> = {
  collector: benchCollector,
  scoring: (rounds = ROUNDS) => benchScoring(rounds),
  rescan: benchRescan,
  sizes: benchTagSizes,
  cost: (rounds = ROUNDS) => benchTagCost(rounds),
}
/** Takes minutes. */
const WHEN_ASKED: typeof PARTS = { screens: benchScreens }
const GROUPS: Readonly<Record<string, readonly string[]>> = { tag: ['sizes', 'cost'] }

const asked = process.argv.slice(2).flatMap((word) => GROUPS[word] ?? [word])
for (const word of asked.length > 0 ? asked : Object.keys(PARTS)) {
  const [name = '', rounds] = word.split('=')
  const part = PARTS[name] ?? WHEN_ASKED[name]
  if (!part) {
    print(
      `There is no part "${name}"; there are ${Object.keys({ ...PARTS, ...WHEN_ASKED, ...GROUPS }).join(', ')}`,
    )
    process.exit(1)
  }
  await part(rounds === undefined ? undefined : Number(rounds))
}
