/**
 * Looks for names of the tag's variables that compress better, and writes them to `snippet/names.txt`:
 * simulated annealing over the list that `build.mjs` hands to terser, from the one that is there, for as
 * many seconds as are asked for. After a change of the source, `npm run names -- 600` finds what it did
 * before.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { minify } from 'terser'
import { bytesOf, COMPILE_HINT, COMPRESS, createNames, LETTERS, tagBuild } from '../build.mjs'

const FILE = 'snippet/names.txt'
/** How much worse a step may be that is taken all the same, in bytes, at first and at last. */
const WARM = 0.4
const COLD = 0.03
/** Names this far from each other are mostly of one scope. */
const NEAR = 8

const startAt = Date.now()
const untilAt = startAt + Number(process.argv[2] ?? 300) * 1_000

const built = await build({ ...tagBuild, plugins: [], write: false })
const { code: compressed } = await minify(built.outputFiles[0].text, {
  ecma: 2020,
  compress: COMPRESS,
  mangle: false,
})

/** The tag with these names; `asked` gets every name that was handed out. */
async function rename(names, asked = []) {
  const source = createNames(names)
  const nth_identifier = {
    ...source,
    get(n) {
      asked.push(source.get(n))
      return asked.at(-1)
    },
  }
  const { code } = await minify(compressed, {
    ecma: 2020,
    compress: false,
    mangle: { nth_identifier },
  })
  return Buffer.from(COMPILE_HINT + code)
}

let seed = 1
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

/** Somebody else's name for one of them, or two of them exchanged that stand near each other. */
function change(names) {
  const next = [...names]
  const i = Math.floor(random() * next.length)
  const j = i + 1 + Math.floor(random() * NEAR)
  if (random() < 0.5 && j < next.length) [next[i], next[j]] = [next[j], next[i]]
  else next[i] = LETTERS[Math.floor(random() ** 2 * LETTERS.length)]
  return next
}

let names = []
let code = await rename(readFileSync(FILE, 'utf8').trim().split(' '), names)
const plain = []
const plainCode = await rename([], plain)
if (bytesOf(plainCode) < bytesOf(code)) [names, code] = [plain, plainCode]
// A name that was taken where it was asked for says nothing.
for (let i = names.length - 1; i >= 0; i--) {
  const fewer = names.toSpliced(i, 1)
  const asked = []
  if (code.equals(await rename(fewer, asked)) && asked.length < names.length) names = fewer
}
let size = bytesOf(code)
let best = size
process.stdout.write(`${size} bytes with the names that are there\n`)
while (Date.now() < untilAt) {
  const left = (untilAt - Date.now()) / (untilAt - startAt)
  const next = change(names)
  const asked = []
  code = await rename(next, asked)
  if (asked.length > names.length) continue
  const nextSize = bytesOf(code)
  if (nextSize > size && random() >= Math.exp((size - nextSize) / (WARM * left ** 2 + COLD)))
    continue
  names = next
  size = nextSize
  if (size >= best) continue
  best = size
  writeFileSync(FILE, `${names.join(' ')}\n`)
}
process.stdout.write(`${best} bytes with the names that were found\n`)
