import type { Context } from 'hono'

/** For what is of this moment and this caller, or carries a secret in its address: neither kept nor told to others. */
export async function unkept(c: Context, next: () => Promise<void>): Promise<void> {
  c.header('cache-control', 'no-store')
  c.header('referrer-policy', 'no-referrer')
  await next()
}
