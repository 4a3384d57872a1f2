import { readFileSync } from 'node:fs'
import { createApp } from '../../collector/http/app.ts'
import { hashSecret, newApiKey, newSecret } from '../../collector/http/auth.ts'
import type { Role } from '../../collector/store/shapes.ts'
import { holdToDescription } from '../support/described.ts'
import { createService, DAY, NOW, type Service } from './api-fixture.ts'

/** The whole composed app over a real store, with an account of each role. */

export interface Whole {
  readonly app: ReturnType<typeof createApp>
  readonly service: Service
  /** A session cookie of an account of this role, or of the owner by the admin key. */
  sessionOf(role: Role | 'admin key', at?: number): Promise<string>
  expiredKey(): Promise<string>
  /** Numbers of the accounts. */
  readonly accounts: Readonly<Record<Role, number>>
  /** A request from a socket of this address. */
  request(path: string, init?: RequestInit, socket?: string): Promise<Response>
}

/** Counts nothing: what is counted has its own tests. */
const NO_METRICS = { countAnswer() {}, contentType: 'text/plain', text: async () => '' }

export const HOST = 'http://localhost'

export async function createWhole({
  trustedProxies = [] as readonly string[],
  hasAccounts = true,
} = {}): Promise<Whole> {
  const service = createService()
  const { reader, writer } = service
  const made = createApp({
    engine: {
      reader,
      writer,
      collect: service.collect,
      waiting: () => 0,
      isFailed: () => false,
    },
    config: { publicUrl: null, trustedProxies, retentionMonths: 13 },
    clock: () => service.now,
    log: { info() {}, warn() {}, error() {} },
    metrics: NO_METRICS,
    isDraining: () => false,
    tag: readFileSync('shared/wire.ts'),
    extras: {},
    demoSiteKey: null,
  })
  const app = { ...made, fetch: holdToDescription(made.fetch) }
  const account = async (role: Role) =>
    (await writer.addAccount({
      email: `${role}@team.example`,
      role,
      password: '',
      createdAt: NOW,
    })) ?? 0
  const accounts = {
    owner: hasAccounts ? await account('owner') : 0,
    analyst: hasAccounts ? await account('analyst') : 0,
    viewer: hasAccounts ? await account('viewer') : 0,
  }
  return {
    app,
    service,
    accounts,
    async sessionOf(role, at = NOW) {
      const secret = newSecret()
      const of = role === 'admin key' ? null : accounts[role]
      const times = { expiresAt: at + 7 * DAY, seenAt: at }
      await writer.putSignIn({ hash: hashSecret(secret), kind: 'session', account: of, ...times })
      return `pique=${secret}`
    },
    async expiredKey() {
      const key = newApiKey()
      const hash = hashSecret(key)
      const rest = { name: 'old', scopes: ['admin'], site: null, createdAt: NOW - DAY }
      await writer.addKey({ ...rest, hash, expiresAt: NOW })
      return key
    },
    request: async (path, init, remoteAddress = '192.0.2.1') =>
      app.fetch(new Request(HOST + path, init), { incoming: { socket: { remoteAddress } } }),
  }
}
