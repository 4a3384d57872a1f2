/** What the tag weighs and what loading it costs, beside its peers. */
import { readFileSync } from 'node:fs'
import { buildPeers, type Subject } from './peers.ts'
import { median, print, printTable } from './report.ts'
import { type Cost, measureCosts, PAGES, WINDOW_MS } from './tag-cost.ts'
import { buildTag, extraSizes, featureSizes, type NamedSize, sizeOf } from './tag-sizes.ts'

/** As on the machine itself, and as on a phone. */
const SLOWDOWNS = [1, 4]
/** What browsers call a long task. */
const LONG_TASK_MS = 50
const PIQUE = 'pique'
const NOTHING = 'an empty script'

const row = ({ name, raw, gzip, brotli }: NamedSize) => [name, raw, gzip, brotli]

async function subjects(): Promise<Subject[]> {
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  const pique = { name: PIQUE, version, measuresEngagement: true }
  return [{ ...pique, script: (await buildTag()).contents }, ...(await buildPeers())]
}

export async function benchTagSizes(): Promise<void> {
  const whole = sizeOf((await buildTag()).contents)
  const extras = await extraSizes()
  print('bytes of the tag:')
  printTable([
    ['', 'raw', 'gzip', 'brotli'],
    row({ name: 'the whole tag', ...whole }),
    ...(await featureSizes()).map((one) => row({ ...one, name: `  of it ${one.name}` })),
    ...extras.map((one) => row({ ...one, name: `${one.name}, where needed` })),
  ])
  print('\nbytes beside peers, built the same way:')
  const named = (await subjects()).map(({ name, version, script }) =>
    row({ name: `${name} ${version}`, ...sizeOf(script) }),
  )
  printTable([['', 'raw', 'gzip', 'brotli'], ...named])
}

const ms = (value: number) => value.toFixed(1)

function printCosts(costs: ReadonlyMap<Subject, Cost>): void {
  const rows = [...costs]
    .sort(([, a], [, b]) => median(a.cpuMs) - median(b.cpuMs))
    .map(([{ name, version, script, measuresEngagement }, cost]) => [
      `${name} ${version}`.trim(),
      sizeOf(script).brotli,
      ms(median(cost.cpuMs)),
      `(${ms(Math.min(...cost.cpuMs))}–${ms(Math.max(...cost.cpuMs))})`,
      ms(median(cost.clockMs)),
      ms(median(cost.longestMs)),
      cost.said.length,
      measuresEngagement ? 'yes' : 'no',
    ])
  const head = ['brotli', 'CPU ms', '(min–max)', 'clock ms', 'longest task ms', 'console']
  printTable([['', ...head, 'engagement'], ...rows])
}

/** Whether the tag costs no more than the lightest that measures engagement, has no long task and says
 *  nothing. */
function printVerdict(costs: ReadonlyMap<Subject, Cost>): void {
  const named = [...costs].map(([subject, cost]) => ({
    ...subject,
    cost,
    ms: median(cost.cpuMs),
  }))
  const pique = named.find(({ name }) => name === PIQUE)
  const [lightest] = named
    .filter(({ name, measuresEngagement }) => measuresEngagement && name !== PIQUE)
    .sort((a, b) => a.ms - b.ms)
  if (!pique || !lightest) return
  const answer = (holds: boolean) => (holds ? 'yes' : 'NO')
  // The median, since a busy machine stretches one or another; a long task of its own comes every time.
  const longest = median(pique.cost.longestMs)
  print(
    `no more than the lightest that measures engagement (${lightest.name}): ${answer(pique.ms <= lightest.ms)}, ${ms(pique.ms)} beside ${ms(lightest.ms)} ms; ` +
      `no long task: ${answer(longest < LONG_TASK_MS)}, ${ms(longest)} ms; nothing on the console: ${answer(pique.cost.said.length === 0)}`,
  )
}

export async function benchTagCost(rounds: number): Promise<void> {
  const nothing = {
    name: NOTHING,
    version: '',
    measuresEngagement: false,
    script: new Uint8Array(),
  }
  const all = [nothing, ...(await subjects())]
  const pages = Object.entries(PAGES)
  for (const slowdown of SLOWDOWNS) {
    // Side by side, which halves the minutes: what is measured is CPU time, and every subject meets the same.
    const measured = pages.map(([, html]) => measureCosts(all, { rounds, slowdown, html }))
    for (const [i, costs] of (await Promise.all(measured)).entries()) {
      print(
        `\nmain-thread CPU time of the first ${WINDOW_MS / 1000} s on ${pages[i]?.[0]}, ${rounds} rounds in turns, CPU slowed down ${slowdown}×:`,
      )
      printCosts(costs)
      printVerdict(costs)
    }
  }
}
