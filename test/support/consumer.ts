/**
 * A project that installed pique: a temporary directory with the package as `npm pack` makes it in its
 * `node_modules`. What it bundles is what a site would serve.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

export interface Consumer {
  readonly directory: string
  /** The minified bundle of a module's text. */
  readonly bundle: (text: string) => Promise<string>
  readonly remove: () => void
}

export function installConsumer(): Consumer {
  const directory = mkdtempSync(join(tmpdir(), 'pique-consumer-'))
  const installed = join(directory, 'node_modules', 'pique')
  mkdirSync(installed, { recursive: true })
  // Without scripts, since `prepare` would build again under the feet of other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory]
  const [packed]: { filename: string }[] = JSON.parse(
    execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  if (!packed) throw new Error('npm packed nothing')
  const archive = join(directory, packed.filename)
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'])
  return {
    directory,
    async bundle(contents) {
      const built = await build({
        stdin: { contents, resolveDir: directory },
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2021',
        write: false,
        logLevel: 'silent',
      })
      const [file] = built.outputFiles
      if (!file) throw new Error('Nothing was bundled')
      return file.text
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
