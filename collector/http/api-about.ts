/** What the description says of the API as a whole. */

export const INTRODUCTION = `Scores, leads and visitors, each score with the reasons that sum to it.

**Keys.** Send a key as \`Authorization: Bearer KEY\`. Its scope is \`read\`, \`write\` (which reads too) or \`admin\` (which does all); each operation says which it needs. A key may be bound to one site: it knows nothing of the others. With a key that is not, \`site=si_1\` narrows whatever is read or written to that site.

**Lists** answer \`{"data": [], "next_cursor": null}\` and take \`limit\` (1 to 100, 50 if absent) and \`cursor\`. Give \`next_cursor\` back, with the same filters, until it is null; when is up to you, a cursor does not expire. Who did not change in between comes exactly once. A lead whose place in the order changes while you page (its score, say) may come twice or not at all in that walk: page by \`sort=first_seen\` where you need everybody once, and use the feed of changes to keep up.

**Parameters** that are not known are ignored, and named in the header \`ignored-parameters\` of the answer, so that a filter mistyped is found; fields of a body that are not known are refused. A day such as \`2026-11-21\` is one of UTC.

**Writing.** Send an \`Idempotency-Key\` of your own making with whatever writes: the same request with the same key within a day does nothing and gets the first answer, marked \`idempotent-replayed: true\`, across restarts too. Another request with a used key gets 409 \`idempotency_conflict\`. What was refused is not kept: correct it and send it again. Only a crash of the collector between a write and its answer lets a repeat write again. When somebody is erased all kept answers go, as any may name them.

**Errors** are \`application/problem+json\` (RFC 9457): \`type\` is the path of a page about it below this collector, \`code\` is stable and for programs, \`detail\` says what was wrong and what would be right. New codes may come; go by the status where you don't know one.

**Browsers.** Other sites’ pages can not call this API (there is no CORS): a key belongs on a server. Pages ask \`GET /is\`, which says yes or no and never a score.

**Limits.** There is no rate limit on this API. A body is at most 64 KiB (a model 256 KiB). Too busy is 503 with \`Retry-After\`: nothing was done, come again then.

**What may change.** Fields, parameters, codes and operations may be added. Nothing is renamed or removed below \`/api/v1\`.`

/** The parts of the API, in the order in which one comes to need them. */
export const API_TAGS: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'Leads', description: 'Known people, their scores with reasons, and what they did.' },
  {
    name: 'Changes',
    description: 'What changed of leads, in order, to keep another system up to date.',
  },
  { name: 'Stages', description: 'What sales said of a lead, and every change of stage.' },
  { name: 'Identities', description: 'Which visitors are which lead, and on what evidence.' },
  { name: 'Visitors', description: 'Browsers, anonymous ones too.' },
  { name: 'Reports', description: 'From visitors to what was won, by where they came from.' },
  { name: 'Model', description: 'The rules that score: read, try out, publish.' },
  { name: 'Webhooks', description: 'Being told of changes, signed and in order.' },
  { name: 'Sites', description: 'Web properties, each with a tag.' },
  { name: 'Keys', description: 'Who may use this API.' },
  { name: 'Collecting', description: 'Events that were refused, or wait for a word.' },
  { name: 'Privacy', description: 'A copy of everything about somebody, and erasing them.' },
  { name: 'Accounts', description: 'People who sign in to the dashboard.' },
  { name: 'Audit', description: 'Who changed or read out what.' },
]
