/** How a receiver checks that a message is from here: to copy, and run as it stands. */

const NODE = `// npm install standardwebhooks
import { createServer } from 'node:http'
import { env } from 'node:process'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(env.PIQUE_WEBHOOK_SECRET) // whsec_…
createServer(async (request, response) => {
  try {
    // The body as it came, byte for byte. What is not from Pique, or is old, throws.
    const { type, data } = webhook.verify(await text(request), request.headers)
    console.log(request.headers['webhook-id'], type, data.lead)
    response.writeHead(204).end()
  } catch {
    response.writeHead(401).end()
  }
}).listen(Number(env.PORT ?? 3000))`

const PYTHON = `# pip install standardwebhooks flask
import os
from flask import Flask, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

app = Flask(__name__)
webhook = Webhook(os.environ["PIQUE_WEBHOOK_SECRET"])  # whsec_…

@app.post("/hooks/pique")
def pique():
    try:
        # The body as it came, byte for byte.
        message = webhook.verify(request.get_data(as_text=True), dict(request.headers))
    except WebhookVerificationError:
        return "", 401
    print(request.headers["webhook-id"], message["type"], message["data"]["lead"])
    return "", 204`

const SHELL = `# SECRET is whsec_…, ID and TIMESTAMP are the headers, body.json is the body as it came.
key=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
{ printf '%s.%s.' "$ID" "$TIMESTAMP"; cat body.json; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64
# webhook-signature has it behind "v1,"`

export const VERIFY_CODE = [
  { key: 'node', label: 'Node', code: NODE },
  { key: 'python', label: 'Python', code: PYTHON },
  { key: 'shell', label: 'Shell', code: SHELL },
] as const
