/**
 * What the tag weighs, built as for release: whole, by feature, and the files it loads where they are
 * needed. A feature weighs what the tag loses when it is left out of the build: its file then exports
 * functions that do nothing, and nothing of it remains.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const FEATURES = 'snippet/features'

export interface Size {
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}
export interface NamedSize extends Size {
  readonly name: string
}

interface BuildScript {
  readonly tagBuild: BuildOptions
  readonly plainBuild: BuildOptions
  readonly extrasBuild: BuildOptions
}

/** The build's own options, read where it stands: bundled into the bench, it would build. */
async function buildScript(): Promise<BuildScript> {
  return await import(pathToFileURL(resolve('collector/build.mjs')).href)
}

export function sizeOf(bytes: Uint8Array): Size {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  }
}

export interface Built {
  readonly contents: Uint8Array
  /** Bytes of the output by the source they come from. */
  readonly bytesOf: Readonly<Record<string, number>>
}

async function buildOne(options: BuildOptions): Promise<Built> {
  const built = await build({ ...options, write: false, metafile: true })
  const [file] = built.outputFiles
  const [output] = Object.values(built.metafile.outputs)
  if (!file || !output) throw new Error('Nothing was built')
  const bytes = Object.entries(output.inputs).map(([path, one]) => [path, one.bytesInOutput])
  return { contents: file.contents, bytesOf: Object.fromEntries(bytes) }
}

export const featureFiles = () =>
  readdirSync(FEATURES)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${FEATURES}/${name}`)

/** Lets the functions that a file exports do nothing. */
function without(path: string): Plugin {
  return {
    name: 'without',
    setup(builder) {
      builder.onLoad({ filter: /\/snippet\/features\/[\w-]+\.ts$/ }, (args) => {
        if (args.path !== resolve(path)) return undefined
        const names = [
          ...readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:function|const) (\w+)/gm),
        ]
        const contents = names.map(([, name]) => `export function ${name}() {}`).join('\n')
        return { contents, loader: 'ts' }
      })
    },
  }
}

/** The tag as it is released. */
export async function buildTag(): Promise<Built> {
  return buildOne((await buildScript()).tagBuild)
}

/** The tag with some features left out, or none; without the names that were found for the whole. */
export async function buildWithout(...leftOut: readonly string[]): Promise<Built> {
  const { plainBuild } = await buildScript()
  const plugins = [...leftOut.map(without), ...(plainBuild.plugins ?? [])]
  return buildOne({ ...plainBuild, plugins })
}

/** The script of an entry file, by the options of the tag. Foreign code keeps its property names. */
export async function buildForeign(entry: string, external: string[] = []): Promise<Uint8Array> {
  const { mangleProps: _, ...options } = (await buildScript()).tagBuild
  return (await buildOne({ ...options, entryPoints: [entry], external })).contents
}

export async function featureSizes(): Promise<NamedSize[]> {
  const whole = sizeOf((await buildWithout()).contents)
  const sizes = featureFiles().map(async (path) => {
    const rest = sizeOf((await buildWithout(path)).contents)
    return {
      name: basename(path, '.ts'),
      raw: whole.raw - rest.raw,
      gzip: whole.gzip - rest.gzip,
      brotli: whole.brotli - rest.brotli,
    }
  })
  return (await Promise.all(sizes)).sort((a, b) => b.brotli - a.brotli)
}

/** The files that the tag loads where they are needed, by name. */
export async function buildExtras(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { extrasBuild } = await buildScript()
  const { outputFiles = [] } = await build({ ...extrasBuild, write: false })
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))
}

export async function extraSizes(): Promise<NamedSize[]> {
  const files = [...(await buildExtras())]
  return files
    .map(([name, contents]) => ({ name, ...sizeOf(contents) }))
    .sort((a, b) => b.brotli - a.brotli)
}
