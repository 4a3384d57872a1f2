import { Window } from 'happy-dom'
import { expect, test } from 'vitest'
import { actionOf, actionOfPage } from '../../snippet/extras/shop-signs.ts'
import { markedProps } from '../../snippet/markup.ts'

function elementOf(markup: string): HTMLElement {
  const { document } = new Window()
  document.body.innerHTML = markup
  // happy-dom's elements are their own types with the DOM's shape.
  return (document.body.querySelector('.it') ??
    document.body.firstElementChild) as unknown as HTMLElement
}

test.each([
  ['<button data-pique-cart=add>', 'add_to_cart'],
  ['<button data-pique-cart=remove>', 'remove_from_cart'],
  ['<button data-pique-wishlist>', 'add_to_wishlist'],
  ['<form action="/cart/add">', 'add_to_cart'],
  ['<button name=add-to-cart value=7>', 'add_to_cart'],
  ['<a class="button add_to_cart_button" href="?add-to-cart=7">', 'add_to_cart'],
  ['<form><button class=it aria-label="Add to cart">', 'add_to_cart'],
  ['<div class=card><a class="it btn" href="#"> Add to cart </a>', 'add_to_cart'],
  ['<div class=product-tile><button class="it btn-add-to-cart">+', 'add_to_cart'],
  ['<div class=product-tile><button class="it addToBag">+', 'add_to_cart'],
  ['<div class=card><button class=it>Add to wish list</button>', 'add_to_wishlist'],
  ['<button aria-label="Add to cart">', undefined],
  ['<div class=card><a class=it href="/blog/how-to-add-to-cart">How to add to cart</a>', undefined],
  ['<p><a class=it href="#">add to cart</a>', undefined],
  ['<form action="/cart"><button class=it name=checkout>', 'begin_checkout'],
  ['<a href="/cart/change?id=7:a&quantity=0">', 'remove_from_cart'],
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

test.each([
  ['/cart', '', 'view_cart'],
  ['/shop/basket/', '', 'view_cart'],
  ['/checkout/', '', 'begin_checkout'],
  ['/checkout/order-received/17/', 'woocommerce-checkout', 'purchase'],
  ['/kasse/', 'page woocommerce-checkout', 'begin_checkout'],
  ['/warenkorb/', 'page woocommerce-cart', 'view_cart'],
  ['/checkout-guide', '', undefined],
  ['/cartoons', '', undefined],
])('a page at %s %s is %s', (path, bodyClass, action) => {
  expect(actionOfPage(path, bodyClass)).toBe(action)
})
