import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { problem } from '../errors.ts'
import { modelYaml, parseModel, readModel } from '../scoring/model.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import {
  listQuery,
  MODEL_VERSION,
  sentence,
  siteQuery,
  versionParams,
  writeHeaders,
} from './api-query.ts'
import { type Api, type ApiEnv, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { createModelPublisher, isUnfound, type Publishing } from './model-publish.ts'
import { refuse } from './refuse.ts'
import { pageOf } from './schemas.ts'
import { activeModel, modelFile, modelVersion, published, simulated } from './schemas-model.ts'

/** The model that scores: what it is, what another one would change, and how one takes over. */

const TAGS = ['Model']
const EITHER = 'an object with either `yaml` (the file, as text) or `model` (the same as an object)'
/** Short, and one that could be published. */
const EXAMPLE_MODEL = `name: Short
pages: { key: ["/pricing*"] }
rules:
  - { id: pricing_time, label: Time on pricing pages, on: engaged_time, where: { page: key }, points: 15, saturation_s: 60, half_life_days: 21, cap: 40 }
`
const note = sentence({ least: 0, most: 500 }).openapi({ description: 'Why, for the history.' })

const modelBody = z
  .strictObject(
    {
      yaml: z
        .string({ error: 'the model file as text' })
        .openapi({ example: EXAMPLE_MODEL })
        .optional(),
      model: z
        .record(z.string(), z.unknown(), { error: 'the model as an object' })
        .openapi({ description: 'The same as `yaml`, in its place.' })
        .optional(),
      note: note.optional(),
    },
    { error: EITHER },
  )
  .refine(({ yaml, model }) => (yaml === undefined) !== (model === undefined), { error: EITHER })
  .openapi('ModelToTry')

const rollbackBody = z
  .strictObject(
    {
      version: z
        .int({ error: MODEL_VERSION })
        .min(1, { error: MODEL_VERSION })
        .openapi({ example: 1 }),
      note: note.optional(),
    },
    { error: 'an object with `version` and optionally `note`' },
  )
  .openapi('ModelToGoBackTo')

const current = readRoute('read', {
  path: '/model',
  tags: TAGS,
  summary: 'The model that scores, as its file and as an object',
  responses: { 200: json(activeModel, 'The active version') },
})
const versions = readRoute('read', {
  path: '/model/versions',
  tags: TAGS,
  summary: 'Published versions, newest first',
  request: { query: listQuery },
  responses: { 200: json(pageOf(modelVersion), 'A page of versions') },
})
const version = readRoute('read', {
  path: '/model/versions/{version}',
  tags: TAGS,
  summary: 'One version with its file',
  request: { params: versionParams },
  responses: { 200: json(modelFile, 'The version') },
})
const simulate = writeRoute('read', {
  method: 'post',
  path: '/model/simulate',
  tags: TAGS,
  summary: 'What a model would change: who would be gained and lost. Nothing is kept',
  request: {
    query: siteQuery,
    body: { required: true, content: { 'application/json': { schema: modelBody } } },
  },
  responses: { 200: json(simulated, 'Both models side by side') },
})
const publish = writeRoute(
  'admin',
  {
    method: 'post',
    path: '/model/publish',
    tags: TAGS,
    summary: 'Publish a model as a new version; it scores at once, or when it has counted',
    request: {
      headers: writeHeaders,
      body: { required: true, content: { 'application/json': { schema: modelBody } } },
    },
    responses: { 201: json(published, 'The version, and who is gained and lost') },
  },
  'analyst',
)
const rollback = writeRoute(
  'admin',
  {
    method: 'post',
    path: '/model/rollback',
    tags: TAGS,
    summary: 'Publish an older version again, as a new one',
    request: {
      headers: writeHeaders,
      body: { required: true, content: { 'application/json': { schema: rollbackBody } } },
    },
    responses: { 201: json(published, 'The version, and who is gained and lost') },
  },
  'analyst',
)

export function addModelRoutes(api: Api, deps: ApiDeps): void {
  const { reader, writer, clock } = deps
  api.openapi(current, async (c) => {
    const [found, counting] = [await reader.model(), await writer.modelProgress()]
    if (found.kind !== 'found') return unfound(c, found.kind)
    const parsed = parseModel(found.value.yaml)
    if (!parsed.ok) throw new Error(`the active model is wrong: ${parsed.problems[0]}`)
    return c.json({ ...found.value, model: parsed.model, counting }, 200)
  })

  api.openapi(versions, async (c) => {
    const all = await reader.modelVersions()
    const found = await askPage('versions', c.req.valid('query'), async (page) =>
      // A list goes by rising numbers, and the newest version is the first.
      pageOfAll(all, (one) => Number.MAX_SAFE_INTEGER - one.version, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(version, async (c) => {
    const found = await reader.model(c.req.valid('param').version)
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(simulate, async (c) => {
    const file = fileOf(c.req.valid('json'))
    if (!file.ok) return refuseModel(c, file.problems)
    const whatIf = await reader.simulate(file.yaml, { site: c.get('site') }, clock())
    return c.json({ ...whatIf, warnings: file.warnings }, 200)
  })
  addPublishRoutes(api, deps)
}

function addPublishRoutes(api: Api, { reader, writer, clock }: ApiDeps): void {
  const publisher = createModelPublisher({ reader, writer, clock })

  function answer(c: Context<ApiEnv>, done: Publishing) {
    if (done.kind === 'invalid') return refuseModel(c, done.problems)
    if (done.kind === 'unchanged') {
      return refuse(c, 'unchanged_model', `it is version ${done.version}`)
    }
    if (done.kind === 'overtaken') throw new Error('it was published whatever came before')
    const { version, state, whatIf, warnings } = done
    return c.json({ version, state, what_if: whatIf, warnings }, 201)
  }

  api.openapi(publish, async (c) => {
    const { site, name: by } = c.get('access')
    if (site !== null) return refuse(c, 'forbidden', BOUND)
    const given = c.req.valid('json')
    const file = fileOf(given)
    if (!file.ok) return refuseModel(c, file.problems)
    return answer(c, await publisher.publish({ yaml: file.yaml, note: given.note ?? '', by }))
  })

  api.openapi(rollback, async (c) => {
    const { site, name: by } = c.get('access')
    if (site !== null) return refuse(c, 'forbidden', BOUND)
    const { version: wanted, note: said = '' } = c.req.valid('json')
    const done = await publisher.goBack(wanted, { note: said, by })
    return isUnfound(done) ? unfound(c, done.kind) : answer(c, done)
  })
}

const BOUND = 'it is bound to one site, and a model scores all of them'

type ModelFile =
  | { readonly ok: true; readonly yaml: string; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] }

/** The file that a request means, checked. */
function fileOf({ yaml, model }: z.output<typeof modelBody>): ModelFile {
  const parsed = yaml === undefined ? readModel(model) : parseModel(yaml)
  if (!parsed.ok) return parsed
  return { ok: true, yaml: yaml ?? modelYaml(model), warnings: parsed.warnings ?? [] }
}

/** Says all that is wrong with a model, the first of it as the detail. */
function refuseModel(c: Context, problems: readonly string[]) {
  return c.json({ ...problem('invalid_model', problems[0]), problems }, 400, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  })
}
