/**
 * Builds `dist/`: the tag (one script, properties that start with `_` shortened; and the same as a
 * module, for React too, with types), what the package brings for other servers, and the collector (a file
 * per thread and one for `pique mcp`, dependencies left to node_modules).
 * Run by `npm ci` through `prepare`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { minify } from 'terser'
import ts from 'typescript'

const everywhere = {
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/** What terser may do besides. */
export const COMPRESS = {
  passes: 5,
  unsafe_arrows: true,
  hoist_funs: true,
  lhs_constants: false,
}

/**
 * Names for the tag's variables, in the order in which terser asks for them. What a variable is called
 * decides what repeats, and so 3 % of the tag, compressed: `npm run names` looks for an order that
 * compresses better. After a change of the source they are as right as any other, and fit less well.
 */
const NAMES = readFileSync('snippet/names.txt', 'utf8').trim().split(' ')
export const LETTERS = 'etnirosalcdufpmhgwyvbkxzjqSTPMLORNAEUCHVDBFIWGYKQXZJ$_'

/** Hands out names: the given ones, then letters, two of them where one is taken. */
export function createNames(given) {
  let asked = 0
  const lettersOf = (n) =>
    n < LETTERS.length
      ? LETTERS[n]
      : lettersOf(Math.floor(n / LETTERS.length) - 1) + LETTERS[n % LETTERS.length]
  // Terser asks again where a name is taken, so any order is a right one.
  return { get: (n) => given[asked++] ?? lettersOf(n), reset() {}, sort() {}, consider() {} }
}

/**
 * Tells Chrome to compile all functions together, beside the main thread, instead of each when it is
 * first called: the tag calls most of them at once. About a fifth of what loading it costs the main thread.
 * https://v8.dev/blog/explicit-compile-hints
 */
export const COMPILE_HINT = '//# allFunctionsCalledOnLoad\n'

export const bytesOf = (code) =>
  brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length

/**
 * Renames once more what esbuild has shortened: terser uses a name again in an inner scope, where
 * esbuild takes a new one, and inlines what is used once. That is 4 % of the tag, compressed. Takes the
 * list of names that compresses best.
 */
const reuseNames = (lists) => ({
  name: 'reuse-names',
  setup({ initialOptions, onEnd }) {
    const isWritten = initialOptions.write !== false
    const module = initialOptions.format === 'esm'
    initialOptions.write = false
    onEnd(async ({ outputFiles = [] }) => {
      if (isWritten) mkdirSync(initialOptions.outdir, { recursive: true })
      for (const file of outputFiles) {
        const codes = lists.map(async (names) => {
          const mangle = { nth_identifier: createNames(names) }
          const { code } = await minify(file.text, {
            ecma: 2020,
            module,
            compress: COMPRESS,
            mangle,
          })
          return Buffer.from(module ? code : COMPILE_HINT + code)
        })
        const [best] = (await Promise.all(codes)).sort((a, b) => bytesOf(a) - bytesOf(b))
        file.contents = best
        if (isWritten) writeFileSync(file.path, best)
      }
    })
  },
})

/** How the tag is built; the size budget and the bench build with the same options. */
export const tagBuild = {
  ...everywhere,
  entryPoints: { pique: 'snippet/main.ts' },
  format: 'iife',
  target: 'es2021',
  tsconfigRaw: {},
  minify: true,
  mangleProps: /^_/,
  outdir: 'dist/snippet',
  plugins: [reuseNames([NAMES, []])],
}

/** The same without the names found for the whole of it, so that what is built of parts compares. */
export const plainBuild = { ...tagBuild, plugins: [reuseNames([[]])] }

/** What the tag loads only where it is needed, as modules; each speaks to it by its calls alone. */
export const extrasBuild = {
  ...plainBuild,
  format: 'esm',
  entryPoints: {
    'pique-video': 'snippet/extras/video.ts',
    'pique-debug': 'snippet/extras/debug.ts',
    'pique-verify': 'snippet/extras/verify.ts',
    'pique-shop': 'snippet/extras/shop.ts',
    'pique-product': 'snippet/extras/product.ts',
    'pique-links': 'snippet/extras/links.ts',
    'pique-is': 'snippet/extras/is.ts',
  },
}

/** The tag for other people's bundlers, which shorten names themselves and drop what nobody imports. */
export const moduleBuild = {
  ...tagBuild,
  entryPoints: { module: 'snippet/module.ts' },
  format: 'esm',
  minify: false,
  plugins: [],
  minifySyntax: true,
  minifyWhitespace: true,
}

/** What imports the module beside it, so that a page that uses both has one tag. */
const besideModule = {
  name: 'beside-module',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/module\.ts$/ }, () => ({ path: './module.js', external: true }))
  },
}

/** The module's provider and hook for React; the directive keeps it out of server components. */
const reactBuild = {
  ...everywhere,
  entryPoints: { react: 'snippet/react.ts' },
  format: 'esm',
  target: 'es2021',
  tsconfigRaw: {},
  outdir: 'dist/snippet',
  external: ['react'],
  plugins: [besideModule],
  banner: { js: "'use client'" },
}

/** What the package brings for other people's servers, Node or not. */
const packageBuild = {
  ...everywhere,
  entryPoints: { webhooks: 'collector/package/webhooks.ts', server: 'collector/package/server.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  outdir: 'dist/package',
}

/** Bundlers leave alone what these comments mark: the address of a file is known when the page runs. */
function markImports() {
  const fileName = 'dist/snippet/module.js'
  const marked = 'import(/* webpackIgnore: true */ /* @vite-ignore */ `'
  writeFileSync(fileName, readFileSync(fileName, 'utf8').replaceAll('import(`', marked))
}

/** An entry's types: those of its one file, which declares all that it exports but for `elsewhere`. */
function writeTypes(fileName, target, elsewhere = []) {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(fileName, 'utf8'), {
    fileName,
    reportDiagnostics: true,
  })
  const [wrong] = diagnostics
  if (wrong)
    throw new Error(`${fileName}: ${ts.flattenDiagnosticMessageText(wrong.messageText, '\n')}`)
  const types = outputText.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")
  const foreign = [...types.matchAll(/^(?:import|export) .*from '([^']+)'/gm)].filter(
    ([, name]) => !elsewhere.includes(name),
  )
  if (foreign.length > 0)
    throw new Error(`${fileName}: its types must stand alone; declare there what it exports`)
  writeFileSync(target, types)
}

/** What only `start` needs is in a file of its own, so that other commands begin at once. */
const besideCli = {
  name: 'beside-cli',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/serve\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './serve.js', external: true } : undefined,
    )
  },
}

const collectorBuild = {
  ...everywhere,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  outdir: 'dist',
  plugins: [besideCli],
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  loader: { '.yaml': 'text', '.css': 'text', '.txt': 'text' },
  entryPoints: {
    pique: 'collector/cli.ts',
    serve: 'collector/serve.ts',
    mcp: 'collector/mcp/serve.ts',
    writer: 'collector/ingest/writer.ts',
    reader: 'collector/store/reading.ts',
    checker: 'collector/store/checking.ts',
    'bench/bench': 'collector/bench/bench.ts',
    'bench/bare': 'collector/bench/bare.ts',
    'bench/load': 'collector/bench/load.ts',
  },
}

if (import.meta.filename === process.argv[1]) {
  rmSync('dist', { recursive: true, force: true })
  const tags = [tagBuild, extrasBuild, moduleBuild, reactBuild]
  await Promise.all([...tags, packageBuild, collectorBuild].map((one) => build(one)))
  markImports()
  writeTypes('snippet/module.ts', 'dist/snippet/module.d.ts')
  writeTypes('snippet/react.ts', 'dist/snippet/react.d.ts', ['react', './module.js'])
  for (const name of ['webhooks', 'server'])
    writeTypes(`collector/package/${name}.ts`, `dist/package/${name}.d.ts`)
}
