import { expect, test } from 'vitest'
import { presentModel } from '../../collector/dashboard/present-rules.ts'
import type { ModelJson, RuleLatelyJson } from '../../collector/store/shapes.ts'
import { defaultModel } from '../support/world.ts'

const stored = { name: 'Default', version: 1 } as ModelJson // the rest is not read
const stretch = (leads: number) => ({ leads, events: leads, engaged_ms: 0 })
const matched = { rule: 'page_view', milli: 1000, leads: 1, days: [1], newest: [] }

function viewOf(lately: readonly RuleLatelyJson[]) {
  const model = defaultModel().spec
  return presentModel({ stored, model, lately, chosen: 'email_click', now: 0 })
}

test('no rule is to blame while nobody has come', () => {
  const view = viewOf([])
  expect(view.silent).toBe('No lead did anything in 30 days, so no rule has matched yet')
  expect(view.rules.map(({ warning }) => warning)).not.toContainEqual(expect.anything())
})

test('once a lead has come, the rules that match nothing say so', () => {
  const one = { ...matched, week: stretch(1), month: stretch(1) } as RuleLatelyJson // as far as it is read
  const view = viewOf([one])
  expect(view.silent).toBe(`${view.rules.length - 1} rules matched no lead in 30 days`)
  expect(view.rules.filter(({ warning }) => warning === null)).toHaveLength(1)
})

test('what a rule counts keeps its hyphens, in the list and in a sentence', () => {
  const view = viewOf([])
  expect(view.rules.find(({ id }) => id === 'email_click')?.counts).toBe('Clicks in e-mails')
  expect(view.chosen?.explained[0]).toBe('Counts clicks in e-mails.')
})
