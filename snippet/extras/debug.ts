/**
 * `pique('debug')`: the console tells the owner of a page, in words, what the tag is set to and what
 * follows from it, then every event and what becomes of it, with the event itself to unfold.
 */
import type { WireEvent } from '../../shared/wire.ts'
import { SESSION_IDLE_MS } from '../../shared/wire.ts'
import { endsWithOneOf } from '../config.ts'
import { guard } from '../listen.ts'
import { readSettings, readStored } from './settings.ts'

type Entry = readonly [verdict: string, event: WireEvent]

// The owner has asked for it; nothing else of the tag writes to the console.
const { log: say, group, groupEnd } = console

const BECOMES: Readonly<Record<string, string>> = {
  granted: 'sent',
  pending: 'held until consent',
  denied: 'dropped, consent is denied',
}

/** An id as the dashboard shortens it. */
const short = (id: string) => `…${id.slice(-6)}`

/** Who the tag takes this browser for, from its cookies. */
function whoIsIt(): string {
  const [, browser] = /_pq=([\w-]+)/.exec(document.cookie) ?? []
  const [, session, lastAt, human] = /_pqs=([\w-]+)\.(\d+)\.?(h?)/.exec(document.cookie) ?? []
  if (!browser) return 'No browser id is kept here.'
  const isOver = !session || Date.now() - Number(lastAt) > SESSION_IDLE_MS
  return `Browser ${short(browser)}, ${
    isOver
      ? 'no session going on'
      : `session ${short(session)}, ${human ? '' : 'not yet '}proven to be a person`
  }.`
}

/** How many events are kept until the collector has answered for them. */
function countWaiting(): number {
  const shelves = Object.keys(localStorage).filter((key) => key.startsWith('_pqq'))
  // Each holds until when it is taken, then events.
  return shelves.reduce((sum, key) => sum + JSON.parse(readStored(key) ?? '[0]').length - 1, 0)
}

function describe(): void {
  const { _config: config, _host: host, _facts: facts } = readSettings()
  const { site, consent, storage, auto, gpc, dnt, ignored } = facts
  const { exclude, downloads, hash = 'off', identify } = config
  const waiting = guard(countWaiting)()
  const asks = [gpc && 'GPC', dnt && 'DNT'].filter(Boolean).join(', ')
  group('Pique')
  const lines = [
    site
      ? `Pique is set up for site ${site}, collector ${host}.`
      : 'No site key: nothing is sent. Add data-site="…" to the tag.',
    ignored &&
      'This browser is excluded: localStorage.pique_ignore is set. Remove it with localStorage.removeItem("pique_ignore").',
    consent === 'granted'
      ? 'Consent is granted.'
      : `Consent is ${consent}: nothing is stored or sent until pique("consent", "granted").`,
    asks &&
      `This browser asks not to be tracked (${asks}): cookieless, and no e-mail is read from forms, unless pique("consent", "granted").`,
    storage === 'none' && 'data-storage="none": cookieless, a visitor lasts a day.',
    identify === 'off' && 'data-identify="off": no e-mail is read from forms.',
    !auto && 'data-auto="off": automatic capture is off, page views and calls remain.',
    exclude && `Paths excluded: ${exclude}`,
    exclude &&
      endsWithOneOf('^', exclude).test(location.pathname) &&
      'This page is one of them: nothing on it is counted.',
    downloads != null && `Downloads are: ${downloads || 'none'}`,
    hash !== 'off' && 'data-hash: the hash is the route.',
    whoIsIt(),
    waiting && `Waiting to be delivered: ${waiting} events.`,
  ]
  for (const line of lines) if (line) say(line)
  groupEnd()
}

/** An event as a sentence. */
function sentenceOf({ type, url = '', props = {} }: WireEvent): string {
  const { engaged_ms, scroll, item_id, item_name, value, currency = '', ...others } = props
  if (type === 'page_view') return `${type} of ${url.replace(/^\w+:\/\/[^/]*/, '')}`
  if (type === 'user_engagement')
    return `${type}: ${Math.round(Number(engaged_ms) / 100) / 10} s of attention, scrolled to ${scroll} %`
  const item = item_name ?? item_id
  return [
    type,
    item && `item '${item}'`,
    value != null && `${value} ${currency}`.trim(),
    // What a page may have written into an event of its own is told as it is, in short.
    ...Object.entries(others)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => `${name} ${value}`)
      .slice(0, 3),
  ]
    .filter(Boolean)
    .join(', ')
}

guard(() => {
  describe()
  // Called by `pique('debug')`, so the tag is there, and tells a log from when there is one.
  const pique = window.pique as unknown as { log?: Entry[] }
  pique.log ??= []
  const { log } = pique
  const tell = guard(([verdict, event]: Entry) =>
    say(`${sentenceOf(event)} — ${BECOMES[verdict] ?? verdict}`, event),
  )
  log.forEach(tell)
  log.push = (...entries) => {
    entries.forEach(tell)
    return Array.prototype.push.apply(log, entries)
  }
})()
