import { describe, expect, test } from 'vitest'
import { isAdmitted } from '../../collector/admission.ts'
import { presentProxy, presentProxyState } from '../../collector/dashboard/present-proxy.ts'
import { createClientAddress } from '../../collector/http/client-address.ts'
import { createProxyWatch } from '../../collector/http/proxy-watch.ts'
import { createCommitTally, createVerdictTally } from '../../collector/ingest/stats.ts'
import { createLog, reasonOf } from '../../collector/log.ts'
import { createMetrics } from '../../collector/metrics.ts'
import { StoreTrouble } from '../../collector/store/trouble.ts'

/** What the collector says of itself: its counters, its log, whom it lets in, and what it tells of a proxy. */

describe('metrics', () => {
  test('show the counters of the writer as they stand, however often they are asked for', async () => {
    const verdicts = createVerdictTally()
    verdicts.add('accepted', 7)
    verdicts.add('ignored:browser_rate', 2)
    verdicts.add('rejected:too_old')
    const commits = createCommitTally()
    commits.timed(3, () => {})
    let isDown = false
    const metrics = createMetrics({
      stats: async () => {
        if (isDown) throw new Error('the store thread has ended')
        return {
          verdicts: verdicts.read(),
          commits: commits.read(),
          memory: { browser_rates: 4 },
          walBytes: 1234,
          freeBytes: null,
          quarantined: 1,
          webhooks: { waiting: 6, parked: 2, failing: 1, failingSince: 1_700_000_000_000 },
        }
      },
      waiting: () => ({ count: 5, bytes: 600, oldestMs: 250 }),
      clockJumps: () => 2,
      version: '1.2.3',
    })
    metrics.countAnswer('collect', 202)
    metrics.countAnswer('collect', 202)
    metrics.countAnswer('api', 404)
    await metrics.text()
    const lines = (await metrics.text()).split('\n')
    for (const line of [
      'pique_events_total{verdict="accepted",reason=""} 7',
      'pique_events_total{verdict="ignored",reason="browser_rate"} 2',
      'pique_events_total{verdict="rejected",reason="too_old"} 1',
      'pique_http_answers_total{route="collect",status="202"} 2',
      'pique_http_answers_total{route="api",status="404"} 1',
      'pique_clock_jumps_total 2',
      'pique_waiting_deliveries 5',
      'pique_waiting_seconds 0.25',
      'pique_memory_entries{name="browser_rates"} 4',
      'pique_wal_bytes 1234',
      'pique_webhook_messages{state="parked"} 2',
      'pique_webhooks_failing 1',
      'pique_webhooks_failing_since_timestamp_seconds 1700000000',
      'pique_commit_seconds_bucket{le="+Inf"} 1',
      'pique_committed_deliveries_total 3',
      'pique_build_info{version="1.2.3"} 1',
      'pique_writer_up 1',
    ]) {
      expect(lines).toContain(line)
    }
    expect(lines.filter((line) => line.startsWith('pique_disk_free_bytes'))).toEqual([])
    isDown = true
    expect((await metrics.text()).split('\n')).toContain('pique_writer_up 0')
  })
})

describe('the log', () => {
  function lineOf(fields: Record<string, string>) {
    const lines: string[] = []
    createLog(
      (line) => lines.push(line),
      () => 0,
    ).warn('it happened', fields)
    expect(lines).toHaveLength(1)
    return lines[0] ?? ''
  }
  const ODD = ['\r\n{"level":"error"}', '\u001b[31mred', '\u0000', '\u2028\u2029', '\u0085', '"\\']
  test.each(ODD)('keeps %j on its line', (odd) => {
    const line = lineOf({ reason: `a${odd}b` })
    expect([...line.slice(0, -1)].filter((char) => char < ' ')).toEqual([])
    expect(line.endsWith('}\n')).toBe(true)
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', message: 'it happened' })
  })
  test.each([
    ['ann@corp.example', 'mail of ann@corp.example here'],
    ['ann%40corp.example', '/leads/email:ann%40corp.example'],
    ['203.0.113.77', 'from 203.0.113.77:443'],
    ['2001:db8::7', 'from 2001:db8::7 on'],
    ['pq_live_3sJ9vNq0b2m4c6x8z1a5d7f9', 'Bearer pq_live_3sJ9vNq0b2m4c6x8z1a5d7f9'],
  ])('never shows %s', (secret, text) => {
    expect(lineOf({ reason: text })).not.toContain(secret)
  })
  test('leaves alone what it is for', () => {
    const reason = 'TypeError at pique.js:120:33'
    expect(JSON.parse(lineOf({ reason }))).toMatchObject({ reason })
  })
  test('says of an error its kind and place, and only of our own the words', () => {
    const quoting = new TypeError('cannot read ann of undefined')
    expect(reasonOf(quoting)).toMatch(/^TypeError at metrics\.test\.ts:\d+:\d+$/)
    const remote = new Error('TypeError: reading secret\n    at apply (/srv/dist/writer.js:12:34)')
    expect(reasonOf(remote)).toBe('TypeError at writer.js:12:34')
    const full = new Error('SQLITE_FULL SqliteError: database or disk is full\n    at a.js:1:2')
    expect(reasonOf(full)).toBe('SQLITE_FULL SqliteError: database or disk is full')
    const own = Object.assign(new Error('disk I/O error'), {
      name: 'SqliteError',
      code: 'SQLITE_IOERR',
    })
    own.stack = 'SqliteError: disk I/O error\n    at a.js:1:2'
    expect(reasonOf(own)).toBe('SQLITE_IOERR SqliteError: disk I/O error')
    expect(reasonOf(new StoreTrouble('the store is locked'))).toBe('the store is locked')
    expect([reasonOf('ann'), reasonOf(null), reasonOf(undefined)]).toEqual([
      'string',
      'null',
      'undefined',
    ])
  })
})

test.each([
  ['nothing waits', { count: 0, bytes: 0, oldestMs: 0 }, true],
  ['a slow flush, few waiting', { count: 20, bytes: 9_000, oldestMs: 700 }, true],
  ['a flush that takes over a second', { count: 1, bytes: 90, oldestMs: 1_001 }, false],
  ['a crowd that moves', { count: 4_000, bytes: 900_000, oldestMs: 200 }, true],
  ['a crowd that stands', { count: 200, bytes: 90_000, oldestMs: 251 }, false],
  ['too many', { count: 5_000, bytes: 90_000, oldestMs: 1 }, false],
  ['too large', { count: 600, bytes: 32 * 1024 * 1024, oldestMs: 1 }, false],
])('one more may wait: %s', (_, load, may) => {
  expect(isAdmitted(load)).toBe(may)
})

describe('what Connect says of a proxy', () => {
  const NOW = Date.UTC(2026, 10, 21)
  const request = {
    socketAddress: '10.0.0.7',
    forwardedFor: '203.0.113.9',
    forwardedProto: 'https',
    host: 't.example.com',
  }
  function advice(
    seen: Partial<typeof request> | { forwardedFor: null },
    trusted: readonly string[] = [],
    publicUrl: string | null = null,
    now = NOW,
  ) {
    const watch = createProxyWatch(createClientAddress(trusted), publicUrl, () => NOW)
    watch.note({ ...request, ...seen })
    return presentProxy(watch.read(), { publicUrl, trusted, now })
  }
  const URL = 'https://t.example.com'

  test('one that is not trusted: the setting that trusts it as well', () => {
    expect(advice({})).toContain('set PIQUE_TRUSTED_PROXIES=10.0.0.0/24,')
    expect(advice({}, ['192.168.1.0/24'])).toContain(
      'PIQUE_TRUSTED_PROXIES=192.168.1.0/24,10.0.0.0/24,',
    )
    expect(advice({ socketAddress: '::ffff:172.20.0.2' })).toContain('=172.20.0.0/24,')
    expect(advice({ socketAddress: '127.0.0.1' })).toContain('=127.0.0.1,')
  })
  test('a stranger who made the header up is neither named nor to be trusted', () => {
    const words = advice({ socketAddress: '203.0.113.80' })
    expect(words).toContain('not believed')
    expect(words).not.toContain('203.0')
  })
  test('a trusted one that is silent, or says another address than the public one', () => {
    const trusted = ['10.0.0.0/8']
    expect(advice({ forwardedFor: null }, trusted)).toContain('X-Forwarded-For')
    expect(advice({ forwardedProto: 'http' }, trusted, URL)).toContain(`otherwise than ${URL}`)
    expect(advice({ host: '127.0.0.1:8787' }, trusted, URL)).toContain('pass the Host header on')
  })
  test('nothing where all is well, nobody forwards, or it was long ago', () => {
    expect(advice({}, ['10.0.0.0/8'], URL)).toBeNull()
    expect(advice({ forwardedFor: null })).toBeNull()
    expect(advice({}, [], null, NOW + 3_600_000)).toBeNull()
  })
  test('where nothing is wrong, whether there is a proxy at all', () => {
    const toneOf = (seen: Partial<typeof request> | { forwardedFor: null }, trusted: string[]) => {
      const watch = createProxyWatch(createClientAddress(trusted), null, () => NOW)
      watch.note({ ...request, ...seen })
      return presentProxyState(watch.read(), { publicUrl: null, trusted, now: NOW }).tone
    }
    expect(toneOf({}, ['10.0.0.0/8'])).toBe('good')
    expect(toneOf({ forwardedFor: null }, [])).toBe('note')
    expect(toneOf({}, [])).toBe('problem')
  })
})
