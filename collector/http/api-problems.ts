import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { refuse } from './refuse.ts'

/** Says of bad input which part is wrong, what it was, and what would be right. */

type Checked =
  | { readonly success: true }
  | { readonly success: false; readonly error: z.ZodError; readonly target: string }

const MAX_SHOWN = 60
const MAX_PROBLEMS = 5

export function refuseInvalid(result: Checked & { readonly data?: unknown }, c: Context) {
  if (result.success) return undefined
  const details = result.error.issues
    .slice(0, MAX_PROBLEMS)
    .map((issue) => detailOf(issue, result.data))
  return refuse(c, 'invalid_request', details.join('. '))
}

function detailOf(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return `${shown(issue.keys[0])} is not known here; expected ${issue.message}`
  }
  const value = issue.path.reduce<unknown>(memberOf, input)
  const where = issue.path.reduce<string>(
    (path, step) =>
      typeof step === 'number'
        ? `${path}[${step}]`
        : path
          ? `${path}.${String(step)}`
          : String(step),
    '',
  )
  const is = value === undefined ? 'is missing' : `is ${shown(value)}`
  return `${where || 'the body'} ${is}; expected ${issue.message}`
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
}

/** The value, short, and without what may be a secret: keys, and passwords in addresses. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  const masked = text.replace(/pq_live_[\w-]*/g, 'pq_live_…').replace(/\/\/[^/@"]*@/g, '//…@')
  return masked.length > MAX_SHOWN ? `${masked.slice(0, MAX_SHOWN)}…` : masked
}

/** Answers what the framework threw over a request; a surprise goes on to whoever logs it. */
export function refuseUnreadable(error: Error, c: Context): Response {
  if (!(error instanceof HTTPException)) throw error
  if (error.status === 400) return refuse(c, 'not_json')
  if (error.status === 413) return refuse(c, 'body_too_large')
  if (error.status === 415) return refuse(c, 'unsupported_media_type')
  throw error
}
