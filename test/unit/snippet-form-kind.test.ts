import { Window } from 'happy-dom'
import { expect, test } from 'vitest'
import { kindOfField, kindOfForm } from '../../snippet/form-kind.ts'

function formOf(markup: string): HTMLFormElement {
  const { document } = new Window()
  document.body.innerHTML = markup
  // happy-dom's elements are their own types with the DOM's shape.
  return document.querySelector('form') as unknown as HTMLFormElement
}

test.each([
  ['<input type=search name=x>', 'search'],
  ['<input name=q>', 'search'],
  ['<input type=email name=e><input type=password>', 'account'],
  ['<input type=email name=e><input autocomplete=new-password>', 'account'],
  ['<input type=email name=e><textarea></textarea>', 'generate_lead'],
  ['<input type=email name=e><input type=tel>', 'generate_lead'],
  ['<input name=email><input name=phone>', 'generate_lead'],
  ['<input type=email name=e><button>Go</button>', 'sign_up'],
  ['<input type=email name=e><input type=email name=again>', 'sign_up'],
  ['<input type=email name=e><input type=checkbox><input type=hidden>', 'sign_up'],
  ['<input type=email name=e><input name=company>', 'form_submit'],
  ['<input name=company>', 'form_submit'],
])('%s is a %s form', (fields, kind) => {
  expect(kindOfForm(formOf(`<form>${fields}</form>`))).toBe(kind)
})

test('a form may say itself that it searches, or that it posts', () => {
  expect(kindOfForm(formOf('<form role=search><input name=x></form>'))).toBe('search')
  expect(kindOfForm(formOf('<form method=post><input name=q></form>'))).toBe('form_submit')
})

test.each([
  ['text', 'one-time-code', 'email', 'secret'],
  ['text', 'cc-name', 'email', 'secret'],
  ['hidden', 'email', 'email', 'none'],
  ['text', 'section-a billing email', 'x', 'email'],
  ['text', 'name', 'x', 'name'],
  ['text', 'given-name', 'x', 'name'],
  ['text', 'username', 'x', 'other'],
  ['select-one', '', 'email_frequency', 'other'],
])('a %s field with autocomplete %s is %s', (type, autocomplete, name, kind) => {
  expect(kindOfField(type, autocomplete, name)).toBe(kind)
})
