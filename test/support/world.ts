import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RawDelivery } from '../../collector/ingest/pipeline.ts'
import { openWriterService, type WriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { type CompiledModel, compileModel } from '../../collector/scoring/match.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { VerifyReport } from '../../collector/store/sqlite/verify.ts'
import type { WireAnswer, WireBatch, WireEvent } from '../../shared/wire.ts'

export const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36'
export const SITE_KEY = 'site-under-test'
const MAIL = createMailDomains('', '')

export function defaultModelYaml(): string {
  return readFileSync('collector/scoring/default-model.yaml', 'utf8')
}

/** The default model; without `refOf` its rules are numbered in the order of the file. */
export function defaultModel(refOf?: (name: string) => number): CompiledModel {
  return modelOf(defaultModelYaml(), refOf)
}

export function modelOf(yaml: string, refOf?: (name: string) => number): CompiledModel {
  const parsed = parseModel(yaml)
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return compileModel(parsed.model, 1, refOf)
}

export interface World {
  /** Delivers one batch as if received at this instant; the answer, parsed. */
  deliver(
    batch: Omit<WireBatch, 'site'>,
    receivedAt: number,
    extra?: Partial<RawDelivery>,
  ): WireAnswer
  /** Delivers several batches as one group, one commit. */
  deliverGroup(
    batches: readonly (readonly [Omit<WireBatch, 'site'>, number, Partial<RawDelivery>?])[],
  ): WireAnswer[]
  verify(): Promise<VerifyReport>
  /** Everything else that writes. */
  readonly service: WriterService
  /** Closes the store and opens it again. */
  restart(at: number): void
  readonly path: string
  close(): void
}

/** The real pipeline on a real SQLite file of its own. */
export function createWorld(
  options: { readonly model?: string; readonly now?: number; readonly isLimited?: boolean } = {},
): World {
  const directory = mkdtempSync(join(tmpdir(), 'pique-test-'))
  const path = join(directory, 'pique.db')
  const { model: initialModel = defaultModelYaml(), now = 0, isLimited = true } = options
  let service = openWriterService({ store: path, initialModel, now, isLimited }, MAIL)
  service.addSite({
    name: 'Test',
    key: SITE_KEY,
    writeKey: 'w',
    signingSecret: SIGNING_SECRET,
    origins: [],
    needsSignature: false,
    isGenerated: false,
    createdAt: 0,
  })
  const reader = createSqliteReader(path, MAIL)
  const rawOf = (
    batch: Omit<WireBatch, 'site'>,
    receivedAt: number,
    extra: Partial<RawDelivery> = {},
  ): RawDelivery => ({
    body: JSON.stringify({ site: SITE_KEY, ...batch }),
    receivedAt,
    userAgent: CHROME,
    origin: null,
    address: '192.0.2.1',
    ...extra,
  })
  return {
    path,
    get service() {
      return service
    },
    restart(at) {
      service.close()
      service = openWriterService({ store: path, initialModel, now: at }, MAIL)
    },
    deliver(batch, receivedAt, extra) {
      const [answer] = service.ingest([rawOf(batch, receivedAt, extra)])
      return JSON.parse(answer?.body ?? 'null')
    },
    deliverGroup: (batches) =>
      service.ingest(batches.map((one) => rawOf(...one))).map((answer) => JSON.parse(answer.body)),
    verify: () => reader.verify(),
    close() {
      service.close()
      rmSync(directory, { recursive: true })
    },
  }
}

/** An event with what the wire requires; the rest as given. */
export function eventAt(at: number, type: string, rest: Partial<WireEvent> = {}): WireEvent {
  return { id: randomUUID(), type, at, ...rest }
}

const SIGNING_SECRET = 'a signing secret for tests'

/** The proof of an identity that a site's server makes for its pages, as the contract has it. */
export function signatureOf(
  ids: { readonly user_id?: string; readonly email?: string },
  expiresAt: number,
): string {
  const expires = Math.floor(expiresAt / 1000)
  const text = `v1.${expires}.${SITE_KEY}.${ids.user_id ?? ''}.${ids.email ?? ''}`
  const mac = createHmac('sha256', SIGNING_SECRET).update(text).digest('base64url')
  return `v1.${expires}.${mac}`
}

/** What a reader found; throws where it says that there is nothing. */
export async function found<T>(answer: Promise<{ kind: string; value?: T }>): Promise<T> {
  const { kind, value } = await answer
  if (value === undefined) throw new Error(`nothing found: ${kind}`)
  return value
}
