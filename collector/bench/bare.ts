import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** What ingest is measured against: a Hono handler that reads and parses the same body, and no more. */
const app = new Hono().post('/e', async (c) => {
  const batch: { events: readonly unknown[] } = JSON.parse(await c.req.text())
  return c.json({ accepted: batch.events.length, duplicates: 0, ignored: 0, rejected: [] }, 202)
})

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`)
})
