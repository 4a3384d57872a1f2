import { humanise } from './words.ts'

/** Every action that is written down, as a sentence goes on after a name. In the order of a menu. */
export const ACTIONS: Readonly<Record<string, string>> = {
  signed_in: 'signed in',
  sign_in_failed: 'failed to sign in',
  'outcome.added': 'recorded an outcome',
  'outcome.removed': 'took an outcome back',
  'outcomes.imported': 'imported outcomes',
  'adjustment.added': 'adjusted a score',
  'adjustment.removed': 'took an adjustment back',
  'identity.undone': 'undid a link of a browser to a lead',
  'lead.exported': 'exported all of a lead',
  'lead.erased': 'erased a person',
  'leads.exported': 'downloaded a list of leads',
  'view.saved': 'saved a view',
  'view.renamed': 'renamed a view',
  'view.removed': 'removed a view',
  'model.published': 'published a model',
  'model.rolled_back': 'went back to an older model',
  'quarantine.requeued': 'took an event out of quarantine',
  'quarantine.dropped': 'deleted an event in quarantine',
  'sources.exported': 'downloaded the sources',
  'data.imported': 'imported data',
  'data.exported': 'exported the data',
  'audit.exported': 'downloaded this log',
  'webhook.added': 'added a webhook',
  'webhook.changed': 'changed a webhook',
  'webhook.secret_changed': 'gave a webhook a new secret',
  'webhook.tested': 'tried a webhook',
  'webhook.removed': 'removed a webhook',
  'webhook.replayed': 'sent a webhook again',
  'intake.added': 'began to take the events of an e-mail provider',
  'intake.removed': 'removed an intake of e-mail events',
  'links.made': 'made links for e-mails',
  'link.removed': 'removed a link of an e-mail',
  'site.added': 'added a site',
  'site.changed': 'changed a site',
  'site.removed': 'removed a site',
  'key.added': 'made a key',
  'key.revoked': 'revoked a key',
  'account.added': 'added somebody',
  'account.role_changed': 'changed somebody’s role',
  'account.changed': 'changed an account',
  'account.password_set': 'set a password',
  'account.link_made': 'made a password link',
  'account.signed_out': 'signed somebody out',
  'account.removed': 'removed somebody',
  'backup.made': 'made a backup',
  'store.pruned': 'dropped what was kept long enough',
}

/** An action of a later version goes by its name. */
export function actionWords(action: string): string {
  const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  return known ?? humanise(action.replace('.', ' ')).toLowerCase()
}
