/**
 * Builds `dist/`: the tag (one script, properties that start with `_` shortened) and the collector
 * (one file per thread, dependencies left to node_modules). Run by `npm ci` through `prepare`.
 */
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

const everywhere = {
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
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
  await Promise.all([build(tagBuild), build(collectorBuild)])
}
