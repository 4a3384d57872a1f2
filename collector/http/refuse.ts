import type { Context } from 'hono'
import { problem, type REFUSALS, type RefusalCode } from '../errors.ts'

type StatusOf<C extends RefusalCode> = (typeof REFUSALS)[C]['status']

/** Answers with an RFC 9457 problem. Nothing may keep it: the next try may go otherwise. */
export function refuse<C extends RefusalCode>(
  c: Context,
  code: C,
  detail?: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const { type, title, status } = problem(code)
  const body: ProblemJson = { type, title, status, code, ...(detail !== undefined && { detail }) }
  return c.json(body, status as StatusOf<C>, {
    ...headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }) // the status is the one of this code
}

interface ProblemJson {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail?: string
}
