/**
 * The cart as it is kept in a cookie: `slug~quantity` joined by dots. A cookie is the visitor's to
 * edit, so reading one accepts anything and keeps only known products in sane quantities.
 */
import { type Product, productOf } from './catalogue.ts'

export const MAX_QUANTITY = 99

export interface CartLine {
  readonly product: Product
  readonly quantity: number
}

export function parseCart(cookie: string | undefined): readonly CartLine[] {
  let cart: readonly CartLine[] = []
  for (const part of (cookie ?? '').slice(0, 1000).split('.')) {
    const [slug = '', quantity = ''] = part.split('~')
    const product = productOf(slug)
    if (product) cart = addToCart(cart, product, parseQuantity(quantity))
  }
  return cart
}

export function cartCookie(cart: readonly CartLine[]): string {
  return cart.map((line) => `${line.product.slug}~${line.quantity}`).join('.')
}

/** A whole number from 1 to `MAX_QUANTITY`, whatever was typed. */
export function parseQuantity(text: string): number {
  const quantity = Math.floor(Number(text))
  return Number.isFinite(quantity) ? Math.min(Math.max(quantity, 1), MAX_QUANTITY) : 1
}

export function addToCart(
  cart: readonly CartLine[],
  product: Product,
  quantity: number,
): readonly CartLine[] {
  const held = cart.find((line) => line.product.slug === product.slug)
  if (!held) return [...cart, { product, quantity }]
  const total = Math.min(held.quantity + quantity, MAX_QUANTITY)
  return cart.map((line) => (line === held ? { product, quantity: total } : line))
}

export function removeFromCart(cart: readonly CartLine[], slug: string): readonly CartLine[] {
  return cart.filter((line) => line.product.slug !== slug)
}

export function cartTotalCents(cart: readonly CartLine[]): number {
  return cart.reduce((sum, line) => sum + line.product.priceCents * line.quantity, 0)
}

export function cartCount(cart: readonly CartLine[]): number {
  return cart.reduce((sum, line) => sum + line.quantity, 0)
}
