import type { Context } from 'hono'

/** Forms that people send before or while they are signed in; the same as JSON is taken too. */

export const MAX_FORM_BYTES = 16 * 1024

export type Form = Readonly<Record<string, unknown>>

/** The fields of the form, or of the same as JSON; what can't be read is empty. */
export async function readForm(c: Context): Promise<Form> {
  const isJson = c.req.header('content-type')?.startsWith('application/json')
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody()).catch(() => null)
  return typeof body === 'object' && body !== null ? { ...body } : {}
}

/** A field as text, as it was typed; empty where it is not there. */
export function fieldOf(form: Form, name: string): string {
  const value = Object.hasOwn(form, name) ? form[name] : undefined
  return typeof value === 'string' ? value : ''
}
