import { Window } from 'happy-dom'
import { expect, test } from 'vitest'
import { describe, eventOfForm, MAIL, NAME } from '../../snippet/form-kind.ts'

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
  ['a hidden field', '<input type=hidden name=telemetry>', 'sign_up'],
  ['a box to tick', '<input type=checkbox name=phone_ok>', 'sign_up'],
])('%s does not change what a form is', (_name, field, event) => {
  expect(eventOfForm(formOf(`<form><input type=email>${field}</form>`))).toBe(event)
})

test.each([
  ['a cart', '<form action="/cart/add"><input name=quantity></form>'],
  ['a cart that only its button names', '<form><input name=n><button>Add to cart</button></form>'],
  ['a wish list', '<form><button class=add_to_wishlist>Save</button></form>'],
])('%s is no form to those who fill it', (_name, markup) => {
  expect(eventOfForm(formOf(markup))).toBeUndefined()
})

test('who asks about a cart still asks', () => {
  const markup = '<form><input type=email><textarea placeholder="my /cart"></textarea></form>'
  expect(eventOfForm(formOf(markup))).toBe('generate_lead')
})

test.each([
  ['text', 'one-time-code', 'email', false],
  ['text', 'cc-name', 'email', false],
  ['hidden', 'email', 'email', false],
  ['checkbox', 'email', 'email', false],
  ['text', 'section-a billing email', 'x', true],
  ['text', '', 'E-Mail', true],
  ['email', '', 'x', true],
  ['select-one', '', 'email_frequency', false],
])(
  'a %s field with autocomplete %s called %s is for an e-mail: %s',
  (type, autocomplete, name, is) => {
    // Nothing else of a field is looked at.
    expect(MAIL.test(describe({ type, autocomplete, name, id: '' } as HTMLInputElement))).toBe(is)
  },
)

test.each([
  ['name', 'x', true],
  ['given-name', 'x', true],
  ['section-a family-name', 'x', true],
  ['username', 'name', false],
  ['cc-name', 'name', false],
  ['', 'name', false],
])('a field with autocomplete %s called %s is a name: %s', (autocomplete, name, is) => {
  const field = { type: 'text', autocomplete, name, id: '' }
  expect(NAME.test(describe(field as HTMLInputElement))).toBe(is)
})
