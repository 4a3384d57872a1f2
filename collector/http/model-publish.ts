import type { Admin } from '../engine.ts'
import { isSameFile, parseModel } from '../scoring/model.ts'
import type { Found, Reader } from '../store/reader.ts'
import type { WhatIfJson } from '../store/shapes.ts'

/** How a model takes over, for the API and for the dashboard: checked, tried out, and then published. */

export interface PublishDeps {
  readonly reader: Pick<Reader, 'model' | 'modelVersions' | 'simulate'>
  readonly writer: Pick<Admin, 'publishModel' | 'publishAfter'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

export interface Publication {
  readonly yaml: string
  readonly note: string
  readonly by: string
  /** The newest version that the author knew of; absent where they don't care. */
  readonly base?: number
}

export type Publishing =
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  /** The newest version says the same. */
  | { readonly kind: 'unchanged'; readonly version: number }
  /** Somebody published after `base`. */
  | { readonly kind: 'overtaken'; readonly newest: number }
  | {
      readonly kind: 'published'
      readonly version: number
      readonly state: 'active' | 'counting'
      readonly whatIf: Pick<WhatIfJson, 'gained' | 'lost' | 'gained_total' | 'lost_total'>
      readonly warnings: readonly string[]
    }

export interface ModelPublisher {
  publish(publication: Publication): Promise<Publishing>
  /** Publishes what an older version says, as a new one. */
  goBack(version: number, publication: Omit<Publication, 'yaml'>): Promise<Publishing | Unfound>
}

type Unfound = Exclude<Found<never>, { kind: 'found' }>

export function isUnfound(done: Publishing | Unfound): done is Unfound {
  return ['missing', 'ambiguous', 'no_model', 'bad_cursor'].includes(done.kind)
}

export function createModelPublisher({ reader, writer, clock }: PublishDeps): ModelPublisher {
  async function publish({ yaml, note, by, base }: Publication): Promise<Publishing> {
    const parsed = parseModel(yaml)
    if (!parsed.ok) return { kind: 'invalid', problems: parsed.problems }
    const newest = (await reader.modelVersions())[0]?.version ?? 0
    if (base !== undefined && newest !== base) return { kind: 'overtaken', newest }
    const known = await reader.model(newest)
    if (known.kind === 'found' && isSameFile(known.value.yaml, yaml)) {
      return { kind: 'unchanged', version: newest }
    }
    const { gained_total, lost_total, gained, lost } = await reader.simulate(yaml, {}, clock())
    const model = { yaml, note, by, publishedAt: clock() }
    const done =
      base === undefined ? await writer.publishModel(model) : await writer.publishAfter(model, base)
    // The what-if took its time, and others publish too.
    if (done === null) return { kind: 'overtaken', newest: await newestOf(reader) }
    return {
      kind: 'published',
      version: done.version,
      state: done.isActive ? 'active' : 'counting',
      whatIf: { gained_total, lost_total, gained, lost },
      warnings: parsed.warnings ?? [],
    }
  }
  return {
    publish,
    async goBack(version, publication) {
      const found = await reader.model(version)
      if (found.kind !== 'found') return found
      const note = publication.note || `Back to version ${version}`
      return publish({ ...publication, yaml: found.value.yaml, note })
    },
  }
}

async function newestOf(reader: PublishDeps['reader']): Promise<number> {
  return (await reader.modelVersions())[0]?.version ?? 0
}
