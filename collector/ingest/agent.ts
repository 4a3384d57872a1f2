/**
 * What a User-Agent header says: a device in words, and whether a program sent it.
 *
 * Decisions: no header, or the bare name of Node's own client, is a first-party relay and no bot. A
 * driven real browser (HeadlessChrome and the like) is marked as automation and not excluded:
 * people's tests and previews use it, and proof of being human decides anyway. A crawler that
 * names itself inside such a browser is still a crawler. Everything else follows isbot's list.
 *
 * Parsing runs dozens of regular expressions, so the header is cut first and answers are kept, least
 * recently used dropped first.
 */

import { isbot, isbotMatch } from 'isbot'
import { UAParser } from 'ua-parser-js'

export interface Agent {
  /** Such as `Chrome on Windows`. */
  readonly device: string
  readonly kind: 'desktop' | 'mobile' | 'tablet' | 'other'
  /** Why this is a program, such as `crawler: Googlebot`; null for a person's browser. */
  readonly bot: string | null
  readonly automation: boolean
}

export interface Agents {
  describe(userAgent: string): Agent
}

const MAX_USER_AGENT_LENGTH = 512
const MAX_NAME_LENGTH = 40
const UNKNOWN_DEVICE = 'Unknown device'

const RELAY = /^(?:node|undici)(?:\/[\d.]+)?$/i
const REAL_BROWSER = /^Mozilla\/5\.0 \(/
const HEADLESS = /Headless(?=Chrome\/|Firefox\/|Edg\/)/gi
const DRIVER = / ?\b(?:Puppeteer|Playwright|Selenium|WebDriver|Cypress)(?:\/[\w.-]*)?/gi
const HTTP_CLIENT =
  /^(?:curl|wget|python|aiohttp|httpx|go-http-client|okhttp|java|apache-httpclient|axios|node-fetch|node|got|undici|libwww-perl|lwp|guzzlehttp|postmanruntime|insomnia|ruby|faraday|php|dart|restsharp|httpie|dalvik|cfnetwork|powershell|playwright|winhttp|rest-client)/i
const CRAWLER_NAME =
  /[\w.-]*(?:bot|crawl|spider|scan|slurp|preview|monitor|lighthouse|externalhit)[\w-]*/i

const BROWSERS: Readonly<Record<string, string>> = {
  'Mobile Safari': 'Safari',
  'Mobile Chrome': 'Chrome',
  'Mobile Firefox': 'Firefox',
  'Chrome Headless': 'Chrome',
  'Chrome WebView': 'Chrome',
  'Android Browser': 'Browser',
  'Samsung Browser': 'Samsung Internet',
  WebKit: 'Safari',
  GSA: 'Google app',
}
const SYSTEMS: Readonly<Record<string, string>> = {
  'Mac OS': 'Mac',
  'Chromium OS': 'ChromeOS',
  'Chrome OS': 'ChromeOS',
  Ubuntu: 'Linux',
  Debian: 'Linux',
  Fedora: 'Linux',
}

/** Describes agents, remembering the last `limit` of them. */
export function createAgents(limit = 10_000): Agents {
  const known = new Map<string, Agent>()
  return {
    describe(userAgent) {
      const text = userAgent.slice(0, MAX_USER_AGENT_LENGTH).trim()
      const found = known.get(text)
      const agent = found ?? describeAgent(text)
      // A Map keeps the order of insertion: setting again makes this the newest.
      if (found !== undefined) known.delete(text)
      known.set(text, agent)
      const oldest = known.size > limit ? known.keys().next().value : undefined
      if (oldest !== undefined) known.delete(oldest)
      return agent
    },
  }
}

function describeAgent(text: string): Agent {
  if (text === '' || RELAY.test(text)) {
    return { device: UNKNOWN_DEVICE, kind: 'other', bot: null, automation: false }
  }
  const driven = REAL_BROWSER.test(text) ? text.replace(HEADLESS, '').replace(DRIVER, '') : text
  const bot = isbot(driven) ? reasonOf(driven) : null
  const parsed = new UAParser(driven).getResult()
  const kind = kindOf(parsed)
  return { device: deviceOf(parsed), kind, bot, automation: bot === null && driven !== text }
}

/** Made only of characters that are safe in a log line and a page; the header is a stranger's text. */
function reasonOf(text: string): string {
  const product = /^[\w.-]+/.exec(text)?.[0] ?? ''
  if (HTTP_CLIENT.test(text)) return `http client: ${cut(product)}`
  const name = CRAWLER_NAME.exec(text)?.[0] ?? (product === 'Mozilla' ? nameAround(text) : product)
  return name === '' || name === 'Mozilla' ? 'not a browser' : `crawler: ${cut(name)}`
}

function nameAround(text: string): string {
  return /^[\w.-]+/.exec(isbotMatch(text) ?? '')?.[0] ?? ''
}

function cut(name: string): string {
  return name.slice(0, MAX_NAME_LENGTH)
}

function kindOf({ device, os }: UAParser.IResult): Agent['kind'] {
  if (device.type === 'mobile' || device.type === 'tablet') return device.type
  return device.type === undefined && os.name !== undefined ? 'desktop' : 'other'
}

function deviceOf({ browser, os, device }: UAParser.IResult): string {
  const browserName = BROWSERS[browser.name ?? ''] ?? browser.name
  const isApple = device.model === 'iPhone' || device.model === 'iPad'
  const system = isApple ? device.model : (SYSTEMS[os.name ?? ''] ?? os.name)
  if (browserName === undefined) return system ?? UNKNOWN_DEVICE
  return system === undefined ? browserName : `${browserName} on ${system}`
}
