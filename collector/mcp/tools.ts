import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { lead } from '../http/schemas.ts'
import { type Answer, ask, type Place, type Query } from './ask.ts'
import {
  funnelShown,
  funnelTakes,
  hotLead,
  hotLeads,
  hotTakes,
  leadShown,
  leadTakes,
  sourcesShown,
  sourcesTakes,
} from './shapes.ts'
import { funnelWords, hotWords, leadWords, sourcesWords } from './words.ts'

const READS = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }

/** Adds what an assistant may ask: four questions, none of which changes anything. */
export function addTools(server: McpServer, place: Place): void {
  const get = (path: string, query: Query) => ask(place, path, query)

  server.registerTool(
    'hot_leads',
    {
      title: 'Who is hot, and why',
      description:
        'Known people by score, hottest first, each with its three strongest reasons. Points are thousandths (milli) of a point.',
      inputSchema: hotTakes,
      outputSchema: hotLeads,
      annotations: READS,
    },
    async (asked) => {
      const page = z.object({ data: z.array(hotLead), next_cursor: z.string().nullable() })
      return answered(await get('/leads', asked), page, ({ data, next_cursor }) => {
        const shown = { leads: data, has_more: next_cursor !== null }
        return [hotWords(shown.leads, shown.has_more), shown]
      })
    },
  )

  server.registerTool(
    'lead',
    {
      title: 'One lead, with the receipt of its score',
      description:
        'Traits, stage, first and last touch, and every line of the score. The lines sum to score_milli exactly; never add or leave out any.',
      inputSchema: leadTakes,
      outputSchema: leadShown,
      annotations: READS,
    },
    async ({ who, site }) => {
      const isEmail = /^[^:@\s]+@[^\s]+$/.test(who)
      const id = encodeURIComponent(isEmail ? `email:${who}` : who)
      return answered(await get(`/leads/${id}`, { site }), lead, (one) => {
        const shown = { ...one, page: `${place.url}/leads/${one.id}` }
        return [leadWords(shown), shown]
      })
    },
  )

  server.registerTool(
    'funnel',
    {
      title: 'From visitors to what was won',
      description:
        'How many got how far: visitors, leads, MQL, SQL, won, each with its share of the step before and that share’s 95 % interval.',
      inputSchema: funnelTakes,
      outputSchema: funnelShown,
      annotations: READS,
    },
    async (asked) =>
      answered(await get('/reports/funnel', asked), funnelShown, (found) => [
        funnelWords(found),
        found,
      ]),
  )

  server.registerTool(
    'sources',
    {
      title: 'Which sources bring people who qualify',
      description:
        'Visitors, leads, MQL, SQL and won by channel, source, campaign or landing page; rows and others sum to the total.',
      inputSchema: sourcesTakes,
      outputSchema: sourcesShown,
      annotations: READS,
    },
    async ({ limit, ...asked }) =>
      answered(await get('/reports/sources', asked), sourcesShown, (found) => {
        const left = Math.max(0, found.data.length - limit)
        const data = found.data.slice(0, limit)
        // Of what is cut here only the number is told; the total still counts it.
        const shown = { ...found, data, others_count: found.others_count + left }
        return [sourcesWords(shown), shown]
      }),
  )
}

/** What a tool gives back: words and the structure they are of, or what went wrong, in a sentence. */
function answered<S extends z.ZodType>(
  answer: Answer,
  shape: S,
  show: (value: z.output<S>) => readonly [text: string, structure: Record<string, unknown>],
) {
  if (!answer.ok) return failed(answer.message)
  const read = shape.safeParse(answer.value)
  if (!read.success)
    return failed('the collector answers in another shape than this version of pique mcp knows')
  const [text, structuredContent] = show(read.data)
  return { content: [{ type: 'text' as const, text }], structuredContent }
}

function failed(text: string) {
  return { content: [{ type: 'text' as const, text }], isError: true }
}
