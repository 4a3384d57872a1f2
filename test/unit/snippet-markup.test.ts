import { Window } from 'happy-dom'
import { expect, test } from 'vitest'
import { actionOf, markedProps } from '../../snippet/markup.ts'

function elementOf(markup: string): Element {
  const { document } = new Window()
  document.body.innerHTML = markup
  // happy-dom's elements are their own types with the DOM's shape.
  return document.body.firstElementChild as unknown as Element
}

test.each([
  ['<button data-pique-cart=add>', 'add_to_cart'],
  ['<button data-pique-cart=remove>', 'remove_from_cart'],
  ['<button data-pique-wishlist>', 'add_to_wishlist'],
  ['<form action="/cart/add">', 'add_to_cart'],
  ['<button name=add-to-cart value=7>', 'add_to_cart'],
  ['<a class="button add_to_cart_button" href="?add-to-cart=7">', 'add_to_cart'],
  ['<button aria-label="Add to cart">', 'add_to_cart'],
  ['<a class=remove_from_cart_button href="?remove_item=7">', 'remove_from_cart'],
  ['<a class=add_to_wishlist href="#">', 'add_to_wishlist'],
  ['<a class=added_to_cart href="/cart">', undefined],
  ['<a class="cart back-to-cart" href="/cart">', undefined],
  ['<form action="/cart/address">', undefined],
  ['<button>Add to cart</button>', undefined],
])('%s does %s', (markup, action) => {
  expect(actionOf(elementOf(markup))).toBe(action)
})

test('props are read from their attributes alone', () => {
  const button = elementOf('<button data-pique-event=x data-pique-prop-item_id=A id=b>')
  expect(markedProps(button)).toEqual({ item_id: 'A' })
})
