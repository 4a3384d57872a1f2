import { expect, test } from 'vitest'
import { readConfig } from '../../snippet/config.ts'

const HOST = 'https://t.example.com'

test('defaults', () => {
  expect(readConfig({ site: 'KEY' }, HOST)).toMatchObject({
    _site: 'KEY',
    _host: HOST,
    _consent: 'granted',
    _cookieless: false,
    _readsForms: true,
    _hash: false,
    _auto: true,
  })
})

test.each([
  ['pending', 'pending'],
  ['denied', 'denied'],
  ['Granted?', 'denied'],
])('consent %s is %s', (consent, read) => {
  expect(readConfig({ consent }, HOST)._consent).toBe(read)
})

test.each([
  ['/admin/*', '/admin/users', true],
  ['/admin/*', '/administration', false],
  ['/a, /b*c', '/b/x/c', true],
  ['*.php', '/x/index.php', true],
  ['*.php', '/x/indexphp', false],
  [undefined, '/', false],
])('exclude %s on %s: %s', (exclude, path, isExcluded) => {
  expect(readConfig({ ...(exclude && { exclude }) }, HOST)._excludes.test(path)).toBe(isExcluded)
})

test.each([
  [undefined, '/a.PDF', true],
  [undefined, '/a.html', false],
  ['foo,bar', '/a.bar', true],
  ['foo,bar', '/a.pdf', false],
  ['', '/a.pdf', false],
])('downloads %s on %s: %s', (downloads, path, isDownload) => {
  const options = downloads === undefined ? {} : { downloads }
  expect(readConfig(options, HOST)._downloads.test(path)).toBe(isDownload)
})
