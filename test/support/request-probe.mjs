/**
 * Preloaded into a collector (`--import`): when it ends, writes to the file REQUEST_PROBE which
 * requests it had read to their end, by their `x-try` header. That is what no client can know of a
 * request that got no answer.
 */

import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  const requests = []
  subscribe('http.server.request.start', ({ request }) => {
    if (request.headers['x-try']) requests.push(request)
  })
  process.on('exit', () => {
    const read = requests.filter(({ complete }) => complete)
    appendFileSync(
      process.env.REQUEST_PROBE,
      read.map(({ headers }) => `${headers['x-try']}\n`).join(''),
    )
  })
}
