import { expect, test } from 'vitest'
import { DOWNLOADS, endsWithOneOf } from '../../snippet/config.ts'

test.each([
  ['/admin/*', '/admin/users', true],
  ['/admin/*', '/administration', false],
  ['/a, /b*c', '/b/x/c', true],
  ['*.php', '/x/index.php', true],
  ['*.php', '/x/indexphp', false],
  ['', '/', false],
])('the paths %s hold %s: %s', (list, path, isOne) => {
  expect(endsWithOneOf('^', list).test(path)).toBe(isOne)
})

test.each([
  [DOWNLOADS, '/a.PDF', true],
  [DOWNLOADS, '/a.doc', true],
  [DOWNLOADS, '/a.docx', true],
  [DOWNLOADS, '/a.html', false],
  [DOWNLOADS, '/my.documents/a', false],
  ['foo,bar', '/a.bar', true],
  ['foo,bar', '/a.pdf', false],
  ['', '/a.pdf', false],
])('the extensions %s hold %s: %s', (list, path, isOne) => {
  expect(endsWithOneOf('\\.', list).test(path)).toBe(isOne)
})
