import { SEGMENT_PATHS } from './segment.ts'

type Audited =
  /** Why nothing is written down. */
  | { readonly none: string }
  /** The action where the answer leads to another page; any other answer has changed nothing. */
  | { readonly ifLedOn: string }

/**
 * What is written down of every route that changes something, or reads everything out: the name of the
 * action, or why there is none. A new route is one line here; a test fails until it has one.
 */
export const AUDITED: Readonly<Record<string, string | Audited>> = {
  'POST /login': 'signed_in',
  'GET /login/once': 'signed_in',
  'POST /logout': { none: 'ends the session of this browser, and nothing else' },
  'POST /setup': 'account.added',
  'POST /welcome': 'account.password_set',

  'POST /leads/:id/outcome': 'outcome.added',
  'POST /leads/:id/outcome/:outcome/undo': 'outcome.removed',
  'POST /leads/:id/adjustment': 'adjustment.added',
  'POST /leads/:id/adjustment/:adjustment/undo': 'adjustment.removed',
  'POST /leads/:id/identity/:visitor/undo': 'identity.undone',
  'POST /leads/:id/erase': 'lead.erased',
  'GET /leads/:id/export': 'lead.exported',
  'GET /leads.csv': 'leads.exported',
  'POST /leads/views': 'view.saved',
  'POST /leads/views/:id/rename': 'view.renamed',
  'POST /leads/views/:id/remove': 'view.removed',
  'GET /sources.csv': 'sources.exported',

  // The same form shows what a draft would do; when it has published, it leads on.
  'POST /model/edit': { ifLedOn: 'model.published' },
  'POST /model/publish': 'model.published',
  'POST /model/roll-back': 'model.rolled_back',
  'POST /connect': { none: 'begins to watch for one page view, and keeps nothing' },
  'POST /connect/import': { none: 'reads a file and shows what it would add, and adds nothing' },
  'POST /connect/import/:draft/add': 'outcomes.imported',
  'POST /connect/import/:draft/add-leads': 'data.imported',
  'GET /connect/export': 'data.exported',
  'POST /connect/quarantine/:id/requeue': 'quarantine.requeued',
  'POST /connect/quarantine/:id/drop': 'quarantine.dropped',

  'POST /connect/webhooks/add': 'webhook.added',
  'POST /connect/webhooks/:id/change': 'webhook.changed',
  'POST /connect/webhooks/:id/test': 'webhook.tested',
  'POST /connect/webhooks/:id/on': 'webhook.changed',
  'POST /connect/webhooks/:id/off': 'webhook.changed',
  'POST /connect/webhooks/:id/remove': 'webhook.removed',
  'POST /connect/webhooks/:id/rotate': 'webhook.secret_changed',
  'POST /connect/webhooks/:id/replay': 'webhook.replayed',
  'POST /connect/webhooks/:id/deliveries/:delivery/replay': 'webhook.replayed',

  'POST /settings/password': 'account.password_set',
  'POST /settings/sign-out': 'account.signed_out',
  'POST /settings/people': 'account.added',
  'POST /settings/people/:id/role': 'account.role_changed',
  'POST /settings/people/:id/remove': 'account.removed',
  'POST /settings/people/:id/sign-out': 'account.signed_out',
  'POST /settings/people/:id/link': 'account.link_made',
  'POST /settings/sites': 'site.added',
  'POST /settings/sites/:id': 'site.changed',
  'POST /settings/sites/:id/remove': 'site.removed',
  'POST /settings/keys': 'key.added',
  'POST /settings/keys/:id/revoke': 'key.revoked',
  'POST /settings/erase/find': {
    none: 'looks somebody up, as a page does; posted to keep the name out of addresses',
  },
  'POST /settings/erase': 'lead.erased',
  'GET /settings/audit.csv': 'audit.exported',

  'DELETE /api/v1/leads/:id': 'lead.erased',
  'GET /api/v1/leads/:id/export': 'lead.exported',
  'GET /api/v1/export': 'data.exported',
  'POST /api/v1/import': 'data.imported',
  'DELETE /api/v1/leads/:id/identities/:visitor': 'identity.undone',
  'POST /api/v1/leads/:id/outcomes': 'outcome.added',
  'DELETE /api/v1/leads/:id/outcomes/:outcome': 'outcome.removed',
  'POST /api/v1/leads/:id/adjustments': 'adjustment.added',
  'DELETE /api/v1/leads/:id/adjustments/:adjustment': 'adjustment.removed',
  'POST /api/v1/model/simulate': { none: 'asks what would be, and changes nothing' },
  'POST /api/v1/model/publish': 'model.published',
  'POST /api/v1/model/rollback': 'model.rolled_back',
  'POST /api/v1/sites': 'site.added',
  'POST /api/v1/sites/:id/write-key': 'site.write_key_changed',
  'DELETE /api/v1/sites/:id': 'site.removed',
  'POST /api/v1/keys': 'key.added',
  'DELETE /api/v1/keys/:id': 'key.revoked',
  'POST /api/v1/quarantine/:id/requeue': 'quarantine.requeued',
  'DELETE /api/v1/quarantine/:id': 'quarantine.dropped',
  'POST /api/v1/webhooks': 'webhook.added',
  'PATCH /api/v1/webhooks/:id': 'webhook.changed',
  'DELETE /api/v1/webhooks/:id': 'webhook.removed',
  'POST /api/v1/webhooks/:id/rotate': 'webhook.secret_changed',
  'POST /api/v1/webhooks/:id/test': 'webhook.tested',
  'POST /api/v1/webhooks/:id/replay': 'webhook.replayed',
  'POST /api/v1/webhooks/:id/deliveries/:delivery/replay': 'webhook.replayed',
  'POST /api/v1/crm': 'crm.added',
  'DELETE /api/v1/crm/:id': 'crm.removed',
  'POST /api/v1/intakes': 'intake.added',
  'DELETE /api/v1/intakes/:id': 'intake.removed',
  'POST /api/v1/links': 'links.made',
  'DELETE /api/v1/links/:id': 'link.removed',
  'POST /api/v1/accounts': 'account.added',
  'PATCH /api/v1/accounts/:id': 'account.changed',
  'DELETE /api/v1/accounts/:id': 'account.removed',
  'DELETE /api/v1/sessions': 'account.signed_out',

  'POST /verify': { none: 'a page under check reports what it saw, to whoever began the check' },
  ...Object.fromEntries(
    SEGMENT_PATHS.map((path) => [
      `POST ${path}`,
      { none: 'servers send it; the events are what is kept of it' },
    ]),
  ),
  'POST /hooks/:token': { none: 'providers of e-mail send it; the events are what is kept of it' },
  'POST /e': { none: 'visitors send it; the events are what is kept of it' },
}
