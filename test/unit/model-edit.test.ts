import { diffLines } from 'diff'
import { describe, expect, test } from 'vitest'
import { applyForm, modelForm } from '../../collector/dashboard/model-form.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import { editModel, type ModelEdit, rawModel } from '../../collector/scoring/model-edit.ts'
import { defaultModelYaml } from '../support/world.ts'

/** A form's changes to a file that somebody wrote with care. */

const base = defaultModelYaml()
const cart = () => {
  const parsed = parseModel(base)
  return parsed.ok ? parsed.model.rules.findIndex(({ id }) => id === 'cart') : -1
}
/** Lines that differ. */
function changed(before: string, after: string): readonly string[] {
  return diffLines(before, after)
    .filter(({ added, removed }) => added || removed)
    .map(({ added, value }) => `${added ? '+' : '-'}${value.trim()}`)
}

describe('a change touches its own line alone', () => {
  const rule =
    '{ id: cart, label: Added to cart, on: add_to_cart, points: 15, repeat: 0.5, max_per_day: 3, half_life_days: 7, cap: 30 }'
  test.each<[string, ModelEdit['path'], unknown, string, string]>([
    ['a number', ['rules', cart(), 'points'], 25, '15', '25'],
    ['a text', ['rules', cart(), 'label'], 'In: the cart', 'Added to cart', '"In: the cart"'],
    ['what is no number', ['rules', cart(), 'points'], 'lots', '15', 'lots'],
    ['the last key taken away', ['rules', cart(), 'cap'], undefined, ', cap: 30', ''],
    ['a key taken away', ['rules', cart(), 'repeat'], undefined, 'repeat: 0.5, ', ''],
    ['a key added', ['rules', cart(), 'hand_raise'], true, 'cap: 30', 'cap: 30, hand_raise: true'],
  ])('%s', (_, path, value, from, to) => {
    const after = editModel(base, [{ path, value }])
    expect(changed(base, after)).toEqual([`-- ${rule}`, `+- ${rule.replace(from, to)}`])
  })

  test('a list, a rule added, a rule taken away, all at once', () => {
    const at = cart()
    const added = { id: 'new', label: 'New', on: 'x', points: 1, half_life_days: 7 }
    const after = editModel(base, [
      { path: ['pages', 'key'], value: ['/pricing*', '/buy'] },
      { path: ['mql', 'enter'], value: 80 },
      { path: ['rules', at], value: undefined },
      { path: ['rules', 24], value: added },
      { path: ['exclude'], value: { free_mail: true } },
    ])
    expect(changed(base, after)).toEqual([
      expect.stringMatching(/^-mql: { enter: 100, exit: 60,/),
      expect.stringMatching(/^.mql: { enter: 80, exit: 60,/),
      '-key: ["/pricing*", "/plans*", "/roi*", "/compare*"]',
      '+key: ["/pricing*", /buy]',
      `-- ${rule}`,
      '+- { id: new, label: New, on: x, points: 1, half_life_days: 7 }',
      '+exclude: { free_mail: true }',
    ])
    expect(parseModel(after).ok).toBe(true)
  })
})

test('comments stay in a list that changes, and in a file that has to be written anew', () => {
  const written = `# who wrote it
name: X
rules:
  # the first
  - id: a # why a
    label: A
    on: page_view
    where:
      path:
        - /a # since May
        - /b
    points: &p 3
    half_life_days: 7
  - { id: b, label: B, on: x, points: *p, half_life_days: 7, cap: 5 }
`
  const after = editModel(written, [
    { path: ['rules', 0, 'where', 'path'], value: ['/a', '/c'] },
    { path: ['rules', 0, 'cap'], value: 9 },
    { path: ['rules', 1, 'points'], value: 4 },
  ])
  for (const comment of ['# who wrote it', '# the first', '# why a', '# since May']) {
    expect(after).toContain(comment)
  }
  expect(rawModel(after)).toMatchObject({
    rules: [
      { where: { path: ['/a', '/c'] }, cap: 9, points: 3 },
      { points: 4, cap: 5 },
    ],
  })
})

test('what is no YAML stays as it is typed', () => {
  const torn = 'rules: [\n'
  expect(editModel(torn, [{ path: ['name'], value: 'x' }])).toBe(torn)
  expect(rawModel(torn)).toBeNull()
  expect(editModel('rules: x\n', [{ path: ['rules', 0, 'points'], value: 1 }])).toBe('rules: x\n')
  const deep = '['.repeat(50_000)
  expect(editModel(deep, [{ path: ['name'], value: 'x' }])).toBe(deep)
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [one, other] of ['ab', 'bc', 'cd', 'de', 'ef']) {
    lines.push(`${other}: &${other} [${new Array(10).fill(`*${one}`).join(', ')}]`)
  }
  const laughs = lines.join('\n')
  expect(editModel(laughs, [{ path: ['name'], value: 'x' }])).toBe(laughs)
})

test.each(['{ a: &a [*a] }', 'rules: &r [{ label: *r }]'])(
  'what holds itself stays as it is typed: %s',
  (yaml) => {
    expect(rawModel(yaml)).toBeNull()
    expect(editModel(yaml, [{ path: ['mql'], value: { enter: 1 } }])).toBe(yaml)
    expect(modelForm(yaml)).toBeNull()
    expect(applyForm(yaml, { 'new-label': 'A rule' })).toBe(yaml)
  },
)

test('very many changes to a long file take no longer than to read it a few times', () => {
  const more = Array.from(
    { length: 150 },
    (_, i) =>
      `  - { id: r${i}, label: Rule, on: page_view, points: 3, half_life_days: 5 } # ${i}\n`,
  )
  const long = base.replace('\nfit:\n', `\n${more.join('')}\nfit:\n`)
  const first = modelForm(long)?.rules.findIndex(({ id }) => id === 'r0') ?? -1
  const caps = more.map((_, i) => ({ path: ['rules', first + i, 'cap'], value: 9 }))
  const startedAt = performance.now()
  const text = editModel(long, caps)
  expect(performance.now() - startedAt).toBeLessThan(2000)
  const parsed = parseModel(text)
  const rules = parsed.ok ? parsed.model.rules.slice(first, first + more.length) : []
  expect(rules.filter(({ cap }) => cap === 9)).toHaveLength(more.length)
  expect(text).toContain('# 149')
})
