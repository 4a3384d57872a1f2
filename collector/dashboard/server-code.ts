/** How a server sends events, for each language a few lines that run as they stand. */

export interface ServerCode {
  /** Its box's own on the page. */
  readonly id: string
  readonly label: string
  readonly code: string
}

/** Where the recipes take the site's write key from. */
export const WRITE_KEY_VARIABLE = 'PIQUE_WRITE_KEY'

/** `origin` is the collector's, as it is reached from outside. */
export function serverCode(origin: string): readonly ServerCode[] {
  const key = `env.${WRITE_KEY_VARIABLE}`
  const who = `{ userId: '42', traits: { email: 'cara@northwind.example', title: 'CTO' } }`
  const what = `{ userId: '42', event: 'Trial Started' }`
  return [
    {
      id: 'server-segment',
      label: 'Node.js, with Segment’s library: npm install @segment/analytics-node',
      code: [
        `import { env } from 'node:process'`,
        `import { Analytics } from '@segment/analytics-node'`,
        '',
        `const analytics = new Analytics({ writeKey: ${key}, host: '${origin}' })`,
        `analytics.identify(${who})`,
        `analytics.track(${what})`,
        'await analytics.closeAndFlush()',
      ].join('\n'),
    },
    {
      id: 'server-rudder',
      label: 'Node.js, with RudderStack’s library: npm install @rudderstack/rudder-sdk-node',
      code: [
        `import { env } from 'node:process'`,
        `import Analytics from '@rudderstack/rudder-sdk-node'`,
        '',
        `const analytics = new Analytics(${key}, { dataPlaneUrl: '${origin}' })`,
        `analytics.identify(${who})`,
        `analytics.track(${what})`,
        'await analytics.flush()',
      ].join('\n'),
    },
    {
      id: 'server-curl',
      label: 'Any shell',
      code: [
        `curl --fail -u "$${WRITE_KEY_VARIABLE}:" ${origin}/v1/track -d '{`,
        `  "userId": "42", "event": "Trial Started", "messageId": "trial-42",`,
        `  "context": { "traits": { "email": "cara@northwind.example" } } }'`,
      ].join('\n'),
    },
    {
      id: 'server-python',
      label: 'Python, with nothing to install',
      code: [
        'import base64, json, os, urllib.request',
        '',
        `key = base64.b64encode((os.environ["${WRITE_KEY_VARIABLE}"] + ":").encode()).decode()`,
        'event = {"userId": "42", "event": "Trial Started", "messageId": "trial-42"}',
        `request = urllib.request.Request("${origin}/v1/track", json.dumps(event).encode(),`,
        '    {"Authorization": "Basic " + key})',
        'print(urllib.request.urlopen(request).read())',
      ].join('\n'),
    },
  ]
}
