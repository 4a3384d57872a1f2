import { isIP } from 'node:net'
import { Parser, parse } from 'yaml'
import { isYamlTooDeep } from './nesting.ts'

/**
 * Every setting: its name, type, default and one sentence. Parsing, `--help` and the README's
 * table come from this one list. Precedence: flag, then `PIQUE_*`, then the file.
 */

/** What a process ends with whose settings can't be right. */
export const EXIT_BAD_SETTINGS = 78

/** All settings with long values are a few thousand. */
export const MAX_FILE_LENGTH = 65_536

interface Setting {
  /** Name of the flag; the variable is `PIQUE_` and the name in capitals. */
  readonly name: string
  /** How the value is shown in help; absent for settings that no flag may carry. */
  readonly placeholder: string
  readonly initial: string | null
  readonly sentence: string
  /** Secrets come by environment only, so that no process list shows them. */
  readonly isSecret?: true
  /** What is wrong with a value, or null. */
  readonly check: (value: string) => string | null
}

const MOST_MONTHS = 1200

export const SETTINGS = {
  port: {
    name: 'port',
    placeholder: 'NUMBER',
    initial: '8787',
    sentence: 'Port to listen on; 0 takes a free one.',
    check: (value) => (isWhole(value, 0, 65_535) ? null : 'a whole number from 0 to 65535'),
  },
  host: {
    name: 'host',
    placeholder: 'ADDRESS',
    initial: '127.0.0.1',
    sentence: 'Address to listen on; 0.0.0.0 is every one of the machine.',
    check: (value) => (/^[\w.:-]+$/.test(value) ? null : 'an address such as 127.0.0.1'),
  },
  store: {
    name: 'store',
    placeholder: 'PATH',
    initial: './data/pique.db',
    sentence: 'The SQLite file that holds everything.',
    check: (value) =>
      value === '' || value === ':memory:' || /^postgres(ql)?:/.test(value)
        ? 'a file path (this version keeps its data in SQLite)'
        : null,
  },
  minFree: {
    name: 'min-free',
    placeholder: 'MB',
    initial: '256',
    sentence: "Megabytes that stay free on the store's disk; with less, events are answered 503.",
    check: (value) => (isWhole(value, 0, 1_000_000) ? null : 'megabytes from 0 to 1000000'),
  },
  ballast: {
    name: 'ballast',
    placeholder: 'MB',
    initial: '16',
    sentence: 'Megabytes kept beside the store, for `pique free-ballast` to free on a full disk.',
    check: (value) => (isWhole(value, 0, 10_000) ? null : 'megabytes from 0 to 10000'),
  },
  publicUrl: {
    name: 'public-url',
    placeholder: 'URL',
    initial: '',
    sentence: 'Address under which visitors reach the collector; taken from the request if empty.',
    check: (value) =>
      value === '' || /^https?:\/\/[^/?#\s]+$/.test(value)
        ? null
        : 'an origin such as https://t.example.com, without a path',
  },
  trustedProxies: {
    name: 'trusted-proxies',
    placeholder: 'CIDRS',
    initial: '',
    sentence: 'Comma-separated networks whose X-Forwarded-For and -Proto count; none if empty.',
    check: (value) => listOf(value).map(cidrProblem).find(Boolean) ?? null,
  },
  webhookAllow: {
    name: 'webhook-allow',
    placeholder: 'CIDRS',
    initial: '',
    sentence:
      'Comma-separated private networks and addresses that webhooks may go to, also by http; none if empty.',
    check: (value) => listOf(value).map(cidrProblem).find(Boolean) ?? null,
  },
  retentionMonths: {
    name: 'retention-months',
    placeholder: 'NUMBER',
    initial: '13',
    sentence:
      'Months that events and browsers nobody identified in are kept; leads stay until erased.',
    check: (value) =>
      isWhole(value, 1, MOST_MONTHS) ? null : `a whole number from 1 to ${MOST_MONTHS}`,
  },
  adminKey: {
    name: 'admin-key',
    placeholder: '',
    initial: '',
    sentence: 'Admin key, at least 32 characters; made and printed at the first start if empty.',
    isSecret: true,
    check: (value) => (value === '' || value.length >= 32 ? null : 'at least 32 characters'),
  },
  instanceKey: {
    name: 'instance-key',
    placeholder: '',
    initial: '',
    sentence:
      'Key that seals the secrets in the store, 32 bytes as hex or base64url; kept beside it if empty.',
    isSecret: true,
    check: (value) =>
      value === '' || /^([0-9a-f]{64}|[\w+/-]{43}=?)$/i.test(value)
        ? null
        : '32 bytes as hex or base64url',
  },
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof SETTINGS

export interface Config {
  readonly port: number
  readonly host: string
  readonly store: string
  readonly publicUrl: string | null
  readonly trustedProxies: readonly string[]
  readonly webhookAllow: readonly string[]
  readonly retentionMonths: number
  readonly adminKey: string | null
  readonly minFreeBytes: number
  readonly ballastBytes: number
  readonly instanceKey: string | null
}

export type ReadConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

export interface ConfigSources {
  readonly flags: Readonly<Partial<Record<SettingKey, string>>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file named by `--config`, with its name for messages; no text where it can't be read. */
  readonly file?: { readonly name: string; readonly text: string | null } | undefined
}

/** Reads all settings; reports everything that is wrong at once. */
export function readConfig({ flags, env, file }: ConfigSources): ReadConfig {
  const problems: string[] = []
  const fromFile = file ? readFile(file.name, file.text, problems) : {}
  const values: Record<SettingKey, string> = { ...INITIAL }
  for (const [key, setting] of settings()) {
    const variable = variableOf(setting)
    const [value, from] = [
      [flags[key], `--${setting.name}`] as const,
      [env[variable], variable] as const,
      [fromFile[setting.name], `${file?.name}: ${setting.name}`] as const,
    ].find(([given]) => given !== undefined) ?? [undefined, '']
    if (value === undefined) continue
    const expected = setting.check(value)
    if (expected === null) values[key] = value
    else
      problems.push(
        `${from} is ${setting.isSecret ? `${value.length} characters` : JSON.stringify(value)}; expected ${expected}`,
      )
  }
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    config: {
      port: Number(values.port),
      host: values.host,
      store: values.store,
      publicUrl: values.publicUrl || null,
      trustedProxies: listOf(values.trustedProxies),
      webhookAllow: listOf(values.webhookAllow),
      retentionMonths: Number(values.retentionMonths),
      adminKey: values.adminKey || null,
      minFreeBytes: Number(values.minFree) * MB,
      ballastBytes: Number(values.ballast) * MB,
      instanceKey: values.instanceKey || null,
    },
  }
}

export function settings(): readonly (readonly [SettingKey, Setting])[] {
  return Object.entries(SETTINGS) as [SettingKey, Setting][] // the keys of the table itself
}

export function variableOf(setting: Pick<Setting, 'name'>): string {
  return `PIQUE_${setting.name.toUpperCase().replaceAll('-', '_')}`
}

/** The README's table of settings. */
export function settingsTable(): string {
  const rows = settings().map(([, s]) => {
    const flag = s.isSecret ? '' : `\`--${s.name}\``
    return `| ${flag} | \`${variableOf(s)}\` | ${s.initial ? `\`${s.initial}\`` : ''} | ${s.sentence} |`
  })
  return ['| flag | variable | default | meaning |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
}

const MB = 1024 * 1024

const INITIAL: Record<SettingKey, string> = {
  port: SETTINGS.port.initial,
  host: SETTINGS.host.initial,
  store: SETTINGS.store.initial,
  publicUrl: SETTINGS.publicUrl.initial,
  trustedProxies: SETTINGS.trustedProxies.initial,
  webhookAllow: SETTINGS.webhookAllow.initial,
  retentionMonths: SETTINGS.retentionMonths.initial,
  adminKey: SETTINGS.adminKey.initial,
  minFree: SETTINGS.minFree.initial,
  ballast: SETTINGS.ballast.initial,
  instanceKey: SETTINGS.instanceKey.initial,
}

function readFile(name: string, text: string | null, problems: string[]): Record<string, string> {
  if (text === null) {
    problems.push(`--config is ${JSON.stringify(name)}; expected a file that can be read`)
    return {}
  }
  if (text.length > MAX_FILE_LENGTH) {
    problems.push(`${name}: is longer than ${MAX_FILE_LENGTH} characters; expected a few settings`)
    return {}
  }
  let raw: unknown
  try {
    if (isYamlTooDeep([...new Parser().parse(text)])) {
      problems.push(`${name}: is nested too deeply; expected settings such as "port: 8787"`)
      return {}
    }
    raw = parse(text)
  } catch (error) {
    problems.push(`${name}: ${error instanceof Error ? error.message : 'is not YAML'}`)
    return {}
  }
  if (raw === null || raw === undefined) return {}
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    problems.push(`${name}: expected settings such as "port: 8787"`)
    return {}
  }
  const known = new Map(settings().map(([, s]) => [s.name, s]))
  const values: Record<string, string> = {}
  for (const [key, value] of Object.entries(raw)) {
    if (!known.has(key)) {
      problems.push(
        `${name}: there is no setting ${JSON.stringify(key)}; known are ${[...known.keys()].join(', ')}`,
      )
    } else values[key] = Array.isArray(value) ? value.join(',') : String(value ?? '')
  }
  return values
}

function isWhole(value: string, least: number, most: number): boolean {
  return /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most
}

function listOf(value: string): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

function cidrProblem(cidr: string): string | null {
  const [address = '', bits, ...rest] = cidr.split('/')
  const version = address.includes('%') ? 0 : isIP(address)
  const most = version === 6 ? 128 : 32
  const isFine = version > 0 && rest.length === 0 && (bits === undefined || isWhole(bits, 0, most))
  return isFine ? null : 'networks such as 10.0.0.0/8, separated by commas'
}
