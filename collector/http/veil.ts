import { AsyncLocalStorage } from 'node:async_hooks'
import { hideAddresses } from '../store/hide-addresses.ts'
import type { LeadQuery } from '../store/reader.ts'

/**
 * E-mail addresses are for those who may see them. Everything that a route reads comes through the
 * one reader made here, which knows for whom the request is answered, so that no route can forget
 * it. What is read for nobody in particular is hidden: a route that no guard stands before shows
 * no address.
 */
export interface Veil<R> {
  /** Reads as whoever the request is answered for. */
  readonly reader: R
  /** Answers a request for somebody who sees addresses, or does not. */
  readonly answerFor: <T>(seesEmails: boolean, answer: () => T) => T
}

/** Methods that are asked with a query of leads. */
const LISTS: readonly (string | symbol)[] = ['leads', 'leadPage', 'leadOrder']

/** What the wrapped reader is: methods that answer later, ids and queries first. */
type Method = (...args: unknown[]) => Promise<unknown>

export function createVeil<R extends object>(reader: R): Veil<R> {
  const viewer = new AsyncLocalStorage<{ readonly seesEmails: boolean }>()
  // One wrapper for every method there is or will be: what is added to a reader is hidden too.
  const veiled = new Proxy(reader, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      const ask = method.bind(target) as Method // a reader has nothing but such methods
      return async (first: unknown, ...rest: unknown[]) => {
        if (viewer.getStore()?.seesEmails) return ask(first, ...rest)
        if (namesAddress(first)) return { kind: 'missing' }
        const wanted = LISTS.includes(name) ? withoutAddresses(first as LeadQuery) : first
        return hideAddresses(await ask(wanted, ...rest))
      }
    },
  })
  return {
    reader: veiled,
    answerFor: (seesEmails, answer) => viewer.run({ seesEmails }, answer),
  }
}

/** Asking for somebody by an address, to learn whether it is known. */
function namesAddress(id: unknown): boolean {
  return typeof id === 'string' && (/^\s*email:/i.test(id) || /^\s*user:.*(@|%40)/is.test(id))
}

/** A list is searched as it is shown; and in the order of addresses a cursor would hold one. */
function withoutAddresses(query: LeadQuery): LeadQuery {
  const { sort, ...rest } = query
  const isByAddress = sort === 'email' || sort === '-email'
  return { ...rest, ...(sort && !isByAddress && { sort }), hidesAddresses: true }
}
