import { Words } from './docs-fields.tsx'
import { Sample } from './docs-operation.tsx'

/** Short guides in front of the reference. */

interface GuidesProps {
  readonly origin: string
  /** Paragraphs, apart by an empty line. */
  readonly about: string
  readonly refusals: readonly (readonly [status: string, meaning: string])[]
}

interface GuideProps {
  readonly id: GuideId
  readonly children?: unknown
}

export const GUIDES = [
  { id: 'start', title: 'Start here' },
  { id: 'nothing', title: 'From nothing to a score' },
  { id: 'conventions', title: 'How the API behaves' },
  { id: 'errors', title: 'Errors' },
  { id: 'scores', title: 'Scores and their reasons' },
  { id: 'sync', title: 'Keep a CRM up to date' },
  { id: 'server-events', title: 'Send events from a server' },
  { id: 'webhooks', title: 'Receive webhooks' },
] as const
type GuideId = (typeof GUIDES)[number]['id']

const Guide = ({ id, children }: GuideProps) => (
  <section class="prose" id={id} aria-labelledby={`${id}-name`}>
    <h2 id={`${id}-name`}>
      <a href={`#${id}`}>{GUIDES.find((one) => one.id === id)?.title}</a>
    </h2>
    {children}
  </section>
)

export const Guides = ({ origin, about, refusals }: GuidesProps) => (
  <>
    <Start origin={origin} />
    <FromNothing origin={origin} />
    <Guide id="conventions">
      {about.split('\n\n').map((paragraph) => (
        <p>
          <Words text={paragraph} />
        </p>
      ))}
    </Guide>
    <Errors refusals={refusals} />
    <Scores origin={origin} />
    <Sync origin={origin} />
    <ServerEvents origin={origin} />
    <Webhooks origin={origin} />
  </>
)

const Start = ({ origin }: { origin: string }) => (
  <Guide id="start">
    <p>
      Make a key in the dashboard under <a href="/settings">Settings</a>, or with{' '}
      <code>pique key add CRM --scope read</code>. It is shown once. The commands on this page read
      it from a variable:
    </p>
    <Sample text="export PIQUE_KEY=pq_live_…" />
    <p>Read who is hottest:</p>
    <Sample
      text={`curl "${origin}/api/v1/leads?limit=10" \\\n  -H "Authorization: Bearer $PIQUE_KEY"`}
    />
    <p>
      Programs read <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1), from which clients can
      be generated. Ids tell what they are of: <code>ld_1</code> is a lead, <code>si_1</code> a
      site, <code>vi_1</code> a visitor. Where a lead’s id goes, <code>email:ann@example.com</code>{' '}
      and <code>user:42</code> go too.
    </p>
  </Guide>
)

const FromNothing = ({ origin }: { origin: string }) => (
  <Guide id="nothing">
    <p>
      Four commands, with a key of scope <code>admin</code>. Make a site; the answer has its{' '}
      <code>key</code> for the tag and its <code>write_key</code> for servers:
    </p>
    <Sample
      text={`curl -X POST "${origin}/api/v1/sites" \\
  -H "Authorization: Bearer $PIQUE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"name":"Northwind Shop"}'`}
    />
    <p>
      Pages send events by the tag. To see it work without one, do what the tag does: say which
      browser it is, that a person is in front of it (<code>human</code>), and where they are. A
      browser’s <code>User-Agent</code> is needed, as programs are kept and score nothing:
    </p>
    <Sample
      text={`curl "${origin}/e" -H "Content-Type: application/json" \\
  -A "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36" \\
  -d '{"site":"SITE_KEY","browser":"01936d6e-4c5a-7c3b-9d2e-5f0a1b2c3d4e","human":true,"events":[
    {"id":"01936d6e-5b10-7a11-8c44-2f6f0f7f1a01","type":"add_to_cart","at":'$(date +%s)000',"url":"https://shop.example/cart"},
    {"id":"01936d6e-5b10-7a11-8c44-2f6f0f7f1a02","type":"identify","at":'$(date +%s)000',"props":{"email":"ann@example.com","traits":{"job_title":"CTO"}}}]}'`}
    />
    <p>
      The answer is <code>202</code> with what became of each event: <code>accepted</code> is stored
      by then, <code>rejected</code> says why. Every event has a UUID of its own: the same again is
      a duplicate, and counts once. Read the lead with every reason of its score:
    </p>
    <Sample
      text={`curl "${origin}/api/v1/leads/email:ann@example.com" \\\n  -H "Authorization: Bearer $PIQUE_KEY"`}
    />
    <p>
      Give the program that reads scores a key of its own, which may do no more and sees one site:
    </p>
    <Sample
      text={`curl -X POST "${origin}/api/v1/keys" \\
  -H "Authorization: Bearer $PIQUE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"name":"CRM","scopes":["read"],"site":"si_1"}'`}
    />
  </Guide>
)

const PROBLEM = `{
  "type": "/problems/invalid_request",
  "title": "A parameter is wrong",
  "status": 400,
  "code": "invalid_request",
  "detail": "limit is \\"0\\"; expected a whole number from 1 to 100"
}`

const Errors = ({ refusals }: Pick<GuidesProps, 'refusals'>) => (
  <Guide id="errors">
    <p>
      Whatever is not done is answered with a problem, as <code>application/problem+json</code>:
    </p>
    <Sample text={PROBLEM} />
    <p>
      <code>type</code> is the path of a page on this collector that says what the code means and
      what to do: <a href="/problems">all of them</a>. Do not show <code>detail</code> to programs;
      branch on <code>code</code>.
    </p>
    <dl class="api-fields">
      {refusals.map(([status, meaning]) => (
        <div id={`status-${status}`}>
          <dt>
            <code>{status}</code>
          </dt>
          <dd>
            <Words text={meaning} />
          </dd>
        </div>
      ))}
    </dl>
    <p>
      Send the same request again after 429 and 503, when <code>Retry-After</code> says, and after
      an answer that was lost; with an <code>Idempotency-Key</code> where it writes. The others come
      again until the request is mended.
    </p>
  </Guide>
)

const Scores = ({ origin }: { origin: string }) => (
  <Guide id="scores">
    <p>
      A score is a number of points with its receipt: <code>reasons</code>, whose <code>milli</code>{' '}
      (thousandths of a point) sum to <code>score_milli</code>, always. An entry of a rule carries{' '}
      <code>rule</code>; <code>kind</code> is <code>cap</code> where a rule or the whole met its
      limit, <code>adjustment</code> where somebody gave or took points, <code>floor</code> where
      the sum would be below zero. Show <code>label</code> to people and keep <code>rule</code> for
      programs.
    </p>
    <p>
      Points decay, so a score is as of an instant. Ask for another with <code>as_of</code>: a day
      means its end, UTC, and answers the same for ever but for what is erased. <code>model</code>{' '}
      asks for another version of the rules.
    </p>
    <Sample
      text={`curl "${origin}/api/v1/leads/email:ann@example.com/score?as_of=2026-11-21" \\\n  -H "Authorization: Bearer $PIQUE_KEY"`}
    />
    <p>
      <code>grade</code> is fit (A to D, from traits) and engagement (1 to 4, from behaviour), with{' '}
      <code>-</code> where nothing is known of fit. <code>stage</code> moves by the model’s rules
      and by what sales reports as outcomes. A list of leads shows the three strongest reasons of
      each; a lead alone shows all. An e-mail that several sites know answers 409{' '}
      <code>ambiguous</code>: narrow with <code>site</code>.
    </p>
  </Guide>
)

const Sync = ({ origin }: { origin: string }) => (
  <Guide id="sync">
    <p>
      Read everybody once, then follow the feed of changes. <code>GET /api/v1/changes</code> answers
      changes in the order in which they were committed; give <code>next_cursor</code> back as{' '}
      <code>after</code>, also at the end, and nothing is skipped. Of a lead’s score only the newest
      change is kept, so whoever was away for a week catches up quickly. Keep the cursor with your
      own data and write both at once; a change may come again after a crash of yours.
    </p>
    <Sample
      text={`curl "${origin}/api/v1/changes?after=0" \\\n  -H "Authorization: Bearer $PIQUE_KEY"`}
    />
    <p>
      <code>GET /api/v1/stream</code> is the same as server-sent events, and goes on where{' '}
      <code>Last-Event-ID</code> says. Tell Pique what became of a lead, so that its stage is yours:
    </p>
    <Sample
      text={`curl -X POST "${origin}/api/v1/leads/email:ann@example.com/outcomes" \\
  -H "Authorization: Bearer $PIQUE_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: deal-1207-qualified" \\
  -d '{"type":"qualify_lead","occurred_at":"2026-11-21","reason":"Booked a demo"}'`}
    />
  </Guide>
)

const ServerEvents = ({ origin }: { origin: string }) => (
  <Guide id="server-events">
    <p>
      Pique speaks Segment’s HTTP API: an SDK of theirs or of RudderStack’s works once its host is
      this collector. <code>POST /v1/track</code>, <code>identify</code>, <code>page</code>,{' '}
      <code>screen</code>, <code>group</code>, <code>alias</code> and <code>batch</code> take Basic
      auth with the site’s <strong>write key</strong> as user name and no password.{' '}
      <code>messageId</code> is the event’s id: sending it again is safe.
    </p>
    <Sample
      text={`curl "${origin}/v1/track" -u "WRITE_KEY:" \\
  -H "Content-Type: application/json" \\
  -d '{"userId":"42","event":"Order Completed","properties":{"revenue":129,"currency":"EUR"}}'`}
    />
    <p>
      The answer is <code>{'{"success":true}'}</code>, whatever is wrong with single events: they
      are kept under <code>GET /api/v1/rejected</code> with their reason. With{' '}
      <code>X-Strict: 1</code> the answer says what became of each. A body is at most 500 KB, an
      event 32 KB. A <code>userId</code> without <code>anonymousId</code> is a visitor of its own;
      send the browser’s id as <code>anonymousId</code> where you have it, and both are one person.
    </p>
  </Guide>
)

const RECEIVER = `import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(secret) // whsec_…, as the answer gave it
app.post('/hooks/pique', async (request) => {
  const message = webhook.verify(await request.text(), Object.fromEntries(request.headers))
  await saveOnce(request.headers.get('webhook-id'), message) // it may come twice
  return new Response(null, { status: 204 })
})`

const Webhooks = ({ origin }: { origin: string }) => (
  <Guide id="webhooks">
    <p>
      Messages are signed by the Standard Webhooks scheme (<code>webhook-id</code>,{' '}
      <code>webhook-timestamp</code>, <code>webhook-signature</code>), so any of its libraries
      verifies them. They come at least once, and of each lead in order: keep{' '}
      <code>webhook-id</code> to drop what comes twice, and <code>sequence</code> to see that none
      is missing.
    </p>
    <Sample
      text={`curl -X POST "${origin}/api/v1/webhooks" \\
  -H "Authorization: Bearer $PIQUE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"url":"https://crm.example.com/hooks/pique","events":["lead.stage_changed"]}'`}
    />
    <p>The secret is in the answer, this once. Receive with the text of the body as it came:</p>
    <Sample text={RECEIVER} />
    <p>
      Answer 2xx within 10 seconds and work afterwards. What fails is tried again for three days
      with growing gaps, then parked for you to replay; 410 switches the webhook off. Targets on
      private networks are refused unless <code>PIQUE_WEBHOOK_ALLOW</code> names them.
    </p>
  </Guide>
)
