/**
 * Builds `dist/`: the tag (one script, properties that start with `_` shortened; and the same as a
 * module with its types) and the collector (one file per thread, dependencies left to node_modules).
 * Run by `npm ci` through `prepare`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { minify } from 'terser'
import ts from 'typescript'

const everywhere = {
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/**
 * Renames once more what esbuild has shortened: terser uses a name again in an inner scope, where
 * esbuild takes a new one, and inlines what is used once. That is 4 % of the tag, compressed.
 */
const reuseNames = {
  name: 'reuse-names',
  setup({ initialOptions, onEnd }) {
    const isWritten = initialOptions.write !== false
    initialOptions.write = false
    onEnd(async ({ outputFiles = [] }) => {
      if (isWritten) mkdirSync(initialOptions.outdir, { recursive: true })
      for (const file of outputFiles) {
        const { code } = await minify(file.text, {
          ecma: 2020,
          compress: { passes: 5, unsafe_arrows: true, hoist_funs: true, lhs_constants: false },
        })
        file.contents = Buffer.from(code)
        if (isWritten) writeFileSync(file.path, file.contents)
      }
    })
  },
}

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
  plugins: [reuseNames],
}

/** What the tag loads only where it is needed; each speaks to it by its public calls alone. */
export const extrasBuild = {
  ...tagBuild,
  entryPoints: {
    'pique-video': 'snippet/extras/video.ts',
    'pique-debug': 'snippet/extras/debug.ts',
    'pique-verify': 'snippet/extras/verify.ts',
    'pique-more': 'snippet/extras/more.ts',
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

/** Bundlers leave alone what these comments mark: the address of a file is known when the page runs. */
function markImports() {
  const fileName = 'dist/snippet/module.js'
  const marked = 'import(/* webpackIgnore: true */ /* @vite-ignore */ `'
  writeFileSync(fileName, readFileSync(fileName, 'utf8').replaceAll('import(`', marked))
}

/** The types of the module: those of its one file, which declares all that it exports. */
function writeModuleTypes() {
  const fileName = 'snippet/module.ts'
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(fileName, 'utf8'), {
    fileName,
    reportDiagnostics: true,
  })
  const [wrong] = diagnostics
  if (wrong)
    throw new Error(`${fileName}: ${ts.flattenDiagnosticMessageText(wrong.messageText, '\n')}`)
  if (/^(import|export) .* from /m.test(outputText))
    throw new Error(`${fileName}: its types must stand alone; declare there what it exports`)
  writeFileSync('dist/snippet/module.d.ts', outputText)
}

const collectorBuild = {
  ...everywhere,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  outdir: 'dist',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  loader: { '.yaml': 'text', '.css': 'text', '.txt': 'text' },
  entryPoints: {
    pique: 'collector/cli.ts',
    writer: 'collector/ingest/writer.ts',
    reader: 'collector/store/reading.ts',
    'bench/bench': 'collector/bench/bench.ts',
    'bench/bare': 'collector/bench/bare.ts',
    'bench/load': 'collector/bench/load.ts',
  },
}

if (import.meta.filename === process.argv[1]) {
  rmSync('dist', { recursive: true, force: true })
  await Promise.all([tagBuild, extrasBuild, moduleBuild, collectorBuild].map((one) => build(one)))
  markImports()
  writeModuleTypes()
}
