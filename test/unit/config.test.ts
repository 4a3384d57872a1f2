import { describe, expect, test } from 'vitest'
import { readConfig } from '../../collector/config.ts'
import { createClientAddress } from '../../collector/http/client-address.ts'

describe('settings', () => {
  test('none at all run: a SQLite file in ./data, on loopback', () => {
    expect(readConfig({ flags: {}, env: {} })).toMatchObject({
      ok: true,
      config: { port: 8787, host: '127.0.0.1', store: './data/pique.db', publicUrl: null },
    })
  })
  test('a flag comes before a variable, a variable before the file', () => {
    const file = { name: 'pique.yaml', text: 'port: 1\nhost: 10.0.0.1\nstore: a.db' }
    const env = { PIQUE_PORT: '2', PIQUE_HOST: '10.0.0.2' }
    expect(readConfig({ flags: { port: '3' }, env, file })).toMatchObject({
      config: { port: 3, host: '10.0.0.2', store: 'a.db' },
    })
  })
  test('all that is wrong is said at once, with what would be right, and no secret', () => {
    const file = { name: 'pique.yaml', text: 'prot: 1' }
    const env = { PIQUE_PORT: '70000', PIQUE_ADMIN_KEY: 'short secret' }
    const read = readConfig({ flags: {}, env, file })
    expect(read.ok).toBe(false)
    const problems = read.ok ? [] : read.problems
    expect(problems).toHaveLength(3)
    expect(problems.join('\n')).toContain(
      'PIQUE_PORT is "70000"; expected a whole number from 0 to 65535',
    )
    expect(problems.join('\n')).toContain('there is no setting "prot"')
    expect(problems.join('\n')).toContain('PIQUE_ADMIN_KEY is 12 characters; expected at least 32')
    expect(problems.join('\n')).not.toContain('short secret')
  })
  test.each(['postgres://x', '', ':memory:'])(
    'a store at %j is refused with what to do',
    (store) => {
      const read = readConfig({ flags: { store }, env: {} })
      expect(read.ok ? '' : read.problems.join()).toContain('expected a file path')
    },
  )
  test('a file that can not be read is one problem among the others', () => {
    const file = { name: 'missing.yaml', text: null }
    const read = readConfig({ flags: { port: 'abc' }, env: {}, file })
    expect(read.ok ? [] : read.problems).toEqual([
      '--config is "missing.yaml"; expected a file that can be read',
      '--port is "abc"; expected a whole number from 0 to 65535',
    ])
  })
  test.each([
    ['lists', '- '.repeat(10_000)],
    ['brackets', '['.repeat(10_000)],
    ['groups', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['settings in brackets', `port: ${'['.repeat(500)}${']'.repeat(500)}`],
  ])('a file of nested %s is refused, and ends nothing', (_, text) => {
    const read = readConfig({ flags: {}, env: {}, file: { name: 'deep.yaml', text } })
    expect(read.ok ? [] : read.problems).toEqual([
      'deep.yaml: is nested too deeply; expected settings such as "port: 8787"',
    ])
  })
  test('a file that is no settings by its length is not even parsed', () => {
    const file = { name: 'long.yaml', text: `port: 1\n${'#'.repeat(65_536)}` }
    const read = readConfig({ flags: {}, env: {}, file })
    expect(read.ok ? '' : read.problems.join()).toMatch(/^long\.yaml: is longer than 65536/)
  })
  test.each([
    '1.2.3/8',
    '999.1.1.1',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fe80::/129',
    'fe80::1%eth0',
    ':::',
    'localhost',
  ])('a trusted proxy at %j is refused', (network) => {
    const read = readConfig({ flags: { trustedProxies: `10.0.0.0/8, ${network}` }, env: {} })
    expect(read.ok ? '' : read.problems.join()).toContain('expected networks such as 10.0.0.0/8')
  })
  test.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '::ffff:10.0.0.0/104'])(
    'a trusted proxy at %j counts',
    (network) => {
      const read = readConfig({ flags: { trustedProxies: network }, env: {} })
      expect(read).toMatchObject({ ok: true, config: { trustedProxies: [network] } })
      expect(() => createClientAddress([network])).not.toThrow()
    },
  )
})

describe('the address of a client', () => {
  const behind = createClientAddress(['10.0.0.0/8', 'fd00::/8'])
  const cases: [string, string, string | null, string][] = [
    ['nobody is trusted by default', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['a trusted proxy', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['several, from the right', '10.0.0.1', '6.6.6.6, 198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['junk falls back', '10.0.0.1', 'not an address', '10.0.0.1'],
    ['IPv4 in IPv6 clothes', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8::1'],
    ['no header', '10.0.0.1', null, '10.0.0.1'],
  ]
  test.each(cases)('%s', (_, socket, forwarded, expected) => {
    expect(behind.of(socket, forwarded)).toBe(expected)
  })
})
