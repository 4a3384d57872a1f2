import { createTouchReader } from '../../../attribution/touch-reader.ts'
import { type CompiledExclusion, compileExclusion } from '../../../scoring/exclude.ts'
import { type CompiledFit, compileFit } from '../../../scoring/fit.ts'
import type { MailDomains } from '../../../scoring/mail-domains.ts'
import { type CompiledModel, compileModel } from '../../../scoring/match.ts'
import { type Model, parseModel } from '../../../scoring/model.ts'
import { type Db, openReader } from '../connect.ts'
import { createTexts, type Texts } from '../texts.ts'

/** What every read shares: the connection, its texts, and the model as published. */
export interface ReadTools {
  readonly db: Db
  readonly texts: Texts
  readonly domains: MailDomains
  readonly touchOf: ReturnType<typeof createTouchReader>
  /** The active model, or a version of it; undefined where there is no such version. */
  modelOf(version?: number): ReadModel | undefined
  /** A model that is not published; rules that nothing is counted for have a number below zero. */
  draftOf(model: Model): ReadModel
  current(): ReadModel
  /** Of the model that scores; 0 where there is none yet. */
  activeVersion(): number
}

type RefOf = (name: string, index: number) => number

export interface ReadModel {
  readonly rules: CompiledModel
  readonly fit: CompiledFit
  readonly exclusion: CompiledExclusion
}

export function openReadTools(path: string, domains: MailDomains): ReadTools {
  const db = openReader(path)
  const models = new Map<number, ReadModel>()
  const active = db
    .prepare(
      `SELECT version FROM model WHERE active_at IS NOT NULL
       ORDER BY version DESC LIMIT 1`,
    )
    .pluck()
  const yamlOf = db.prepare('SELECT yaml FROM model WHERE version = ?').pluck()
  const ruleRef = db.prepare('SELECT id FROM rule WHERE name = ?').pluck()
  const countedRef = db.prepare('SELECT id FROM rule WHERE name = ? AND counted = 1').pluck()
  /** The store's number of a rule; one below zero where it has none. */
  const refIn =
    (query: typeof ruleRef): RefOf =>
    (name, index) =>
      Number(query.get(name) ?? -1 - index)

  const readModel = (model: Model, version: number, refOf: RefOf): ReadModel => ({
    rules: compileModel(model, version, refOf),
    fit: compileFit(model.fit),
    exclusion: compileExclusion(model.exclude, domains),
  })

  const activeVersion = () => Number(active.get() ?? 0)

  function modelOf(version = activeVersion()): ReadModel | undefined {
    const known = models.get(version)
    if (known) return known
    const yaml = yamlOf.get(version)
    if (typeof yaml !== 'string') return undefined
    const parsed = parseModel(yaml)
    if (!parsed.ok) throw new Error(`model ${version} in the store: ${parsed.problems.join('; ')}`)
    const model = readModel(parsed.model, version, refIn(ruleRef))
    // A version that was just published may not have its numbers yet.
    if (model.rules.rules.every(({ ref }) => ref > 0)) models.set(version, model)
    return model
  }
  return {
    db,
    texts: createTexts(db),
    domains,
    touchOf: createTouchReader(),
    modelOf,
    activeVersion,
    draftOf: (model) => readModel(model, 0, refIn(countedRef)),
    current() {
      const model = modelOf()
      if (!model) throw new Error('no model is published in this store')
      return model
    },
  }
}
