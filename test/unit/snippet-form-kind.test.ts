import { Window } from 'happy-dom'
import { expect, test } from 'vitest'
import { eventOfForm, kindOfField, valuesOf } from '../../snippet/form-kind.ts'

function formOf(markup: string): HTMLFormElement {
  const { document } = new Window()
  document.body.innerHTML = markup
  // happy-dom's elements are their own types with the DOM's shape.
  return document.querySelector('form') as unknown as HTMLFormElement
}

test.each([
  ['<input type=search name=x>', undefined],
  ['<input name=q>', undefined],
  ['<input type=email name=e><input type=password>', 'form_submit'],
  [
    '<input type=email name=e><input autocomplete=new-password><textarea></textarea>',
    'form_submit',
  ],
  ['<input type=email name=e><textarea></textarea>', 'generate_lead'],
  ['<input type=email name=e><input type=tel>', 'generate_lead'],
  ['<input name=Email><input name=phone>', 'generate_lead'],
  ['<input type=email name=e><button>Go</button>', 'sign_up'],
  ['<input type=email name=e><input type=email name=again>', 'sign_up'],
  ['<input type=email name=e><input type=checkbox><input type=hidden>', 'sign_up'],
  ['<input type=email name=e><input name=company>', 'form_submit'],
  ['<input type=email name=e><select></select>', 'form_submit'],
  ['<input name=company>', 'form_submit'],
])('submitting %s is %s', (fields, event) => {
  expect(eventOfForm(formOf(`<form>${fields}</form>`))).toBe(event)
})

test('a form may say itself that it searches', () => {
  expect(eventOfForm(formOf('<form role=search><input name=x></form>'))).toBeUndefined()
})

test.each([
  ['text', 'one-time-code', 'email', /^one-time$/],
  ['text', 'cc-name', 'email', /^cc-$/],
  ['hidden', 'email', 'email', /^hidden$/],
  ['checkbox', 'email', 'email', /^checkbox$/],
  ['text', 'section-a billing email', 'x', /mail/],
  ['text', 'name', 'x', /name/],
  ['text', 'given-name', 'x', /name/],
  ['text', 'username', 'name', /^text$/],
  ['select-one', '', 'email_frequency', /^select-one$/],
])('a %s field with autocomplete %s called %s is %s', (type, autocomplete, name, kind) => {
  const field = { type, autocomplete, name, id: '' }
  // Nothing else of a field is looked at.
  expect(kindOfField(field as HTMLInputElement)).toMatch(kind)
})

test('only the fields of a kind are read', () => {
  const form = formOf(
    `<form><input autocomplete=given-name value=Jane><input autocomplete=family-name value=Doe>
     <input name=name value=no><input type=hidden name=email value=no></form>`,
  )
  expect(valuesOf(form, /name/)).toEqual(['Jane', 'Doe'])
  expect(valuesOf(form, /mail/)).toEqual([])
})
