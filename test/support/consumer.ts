/**
 * A project that installed pique: a temporary directory with the package as `npm pack` makes it in its
 * `node_modules`. What it bundles is what a site would serve.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'

/** What npm says of a package that it has packed. */
interface Packed {
  readonly filename: string
  readonly integrity: string
  readonly files: readonly { readonly path: string }[]
}

export interface Consumer {
  readonly directory: string
  /** The archive as npm made it. */
  readonly archive: string
  readonly packed: Packed
  /** Has other packages installed too, as they are here; nothing comes from the network. */
  readonly add: (...names: readonly string[]) => void
  /** What the compiler finds wrong in each of some modules; anything wrong elsewhere throws. */
  readonly typeProblems: (
    texts: readonly string[],
    options: ts.CompilerOptions,
    extension?: string,
  ) => string[][]
  /** The minified bundle of a module's text, for release or with what libraries check in development. */
  readonly bundle: (text: string, mode?: 'production' | 'development') => Promise<string>
  readonly remove: () => void
}

/** Packs the package as it is published, into a directory. */
export function packInto(directory: string): Packed {
  // Without scripts, since `prepare` would build again under the feet of other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory]
  const [packed]: Packed[] = JSON.parse(
    execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  if (!packed) throw new Error('npm packed nothing')
  return packed
}

export function installConsumer(): Consumer {
  const directory = mkdtempSync(join(tmpdir(), 'pique-consumer-'))
  const installed = join(directory, 'node_modules', 'pique')
  mkdirSync(installed, { recursive: true })
  const packed = packInto(directory)
  const archive = join(directory, packed.filename)
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'])
  return {
    directory,
    archive,
    packed,
    add(...names) {
      for (const name of names) {
        const place = join(directory, 'node_modules', name)
        mkdirSync(dirname(place), { recursive: true })
        symlinkSync(resolve('node_modules', name), place)
      }
    },
    typeProblems(texts, options, extension = 'mts') {
      const names = texts.map((text, i) => {
        const name = join(directory, `case-${i}.${extension}`)
        writeFileSync(name, text)
        return name
      })
      const program = ts.createProgram(names, {
        target: ts.ScriptTarget.ES2021,
        lib: ['lib.es2021.d.ts'],
        types: [],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noUncheckedSideEffectImports: true,
        ...options,
      })
      const found = ts.getPreEmitDiagnostics(program)
      const say = (one: ts.Diagnostic) => ts.flattenDiagnosticMessageText(one.messageText, '\n')
      const elsewhere = found.filter(({ file }) => !file || !names.includes(file.fileName))
      if (elsewhere.length > 0) throw new Error(elsewhere.map(say).join('\n'))
      return names.map((name) => found.filter(({ file }) => file?.fileName === name).map(say))
    },
    async bundle(contents, mode = 'production') {
      const built = await build({
        stdin: { contents, resolveDir: directory },
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2021',
        write: false,
        define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
        logLevel: 'silent',
      })
      const [file] = built.outputFiles
      if (!file) throw new Error('Nothing was bundled')
      return file.text
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
