import { createTouchReader } from '../../../attribution/touch-reader.ts'
import { type CompiledFit, compileFit } from '../../../scoring/fit.ts'
import type { MailDomains } from '../../../scoring/mail-domains.ts'
import { type CompiledModel, compileModel } from '../../../scoring/match.ts'
import { parseModel } from '../../../scoring/model.ts'
import { type Db, openReader } from '../connect.ts'
import { createTexts, type Texts } from '../texts.ts'

/** What every read shares: the connection, its texts, and the model as published. */
export interface ReadTools {
  readonly db: Db
  readonly texts: Texts
  readonly domains: MailDomains
  readonly touchOf: ReturnType<typeof createTouchReader>
  /** The current model, or a version of it; undefined where there is no such version. */
  modelOf(version?: number): ReadModel | undefined
  current(): ReadModel
}

export interface ReadModel {
  readonly rules: CompiledModel
  readonly fit: CompiledFit
}

export function openReadTools(path: string, domains: MailDomains): ReadTools {
  const db = openReader(path)
  const models = new Map<number, ReadModel>()
  const newest = db.prepare('SELECT max(version) FROM model').pluck()
  const yamlOf = db.prepare('SELECT yaml FROM model WHERE version = ?').pluck()
  const ruleRef = db.prepare('SELECT id FROM rule WHERE name = ?').pluck()

  function modelOf(version = Number(newest.get())): ReadModel | undefined {
    const known = models.get(version)
    if (known) return known
    const yaml = yamlOf.get(version)
    if (typeof yaml !== 'string') return undefined
    const parsed = parseModel(yaml)
    if (!parsed.ok) throw new Error(`model ${version} in the store: ${parsed.problems.join('; ')}`)
    const model: ReadModel = {
      rules: compileModel(parsed.model, version, (id) => Number(ruleRef.get(id) ?? -1)),
      fit: compileFit(parsed.model.fit),
    }
    models.set(version, model)
    return model
  }
  return {
    db,
    texts: createTexts(db),
    domains,
    touchOf: createTouchReader(),
    modelOf,
    current() {
      const model = modelOf()
      if (!model) throw new Error('no model is published in this store')
      return model
    },
  }
}
