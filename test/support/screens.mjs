/**
 * Every screen of the dashboard by name, for tests and for pictures. A path is asked of the demo's store;
 * `LEAD` stands for its hottest lead and `VISITOR` for somebody anonymous.
 */
export const SCREENS = {
  today: '/',
  leads: '/leads',
  'leads-filtered': '/leads?stage=lead&grade=A&sort=email',
  'leads-none': '/leads?q=nobody-at-all',
  lead: '/leads/LEAD',
  visitors: '/visitors',
  visitor: '/visitors/VISITOR',
  sources: '/sources',
  model: '/model',
  'model-form': '/model/edit?as=form',
  'model-yaml': '/model/edit?as=yaml',
  'model-history': '/model/history',
  connect: '/connect',
  'connect-incoming': '/connect?tab=incoming',
  'connect-email': '/connect/email',
  'connect-crm': '/connect/crm',
  'connect-webhooks': '/connect/webhooks',
  'connect-export': '/connect?tab=export',
  'connect-import': '/connect?tab=import',
  'connect-import-people': '/connect?tab=import&what=leads',
  settings: '/settings/people',
  'settings-sites': '/settings/sites',
  'settings-data': '/settings/data',
  'settings-erase': '/settings/erase',
  'settings-audit': '/settings/audit',
}

/** The path for people who are there. */
export function pathOf(path, { lead, visitor }) {
  return path.replace('LEAD', lead).replace('VISITOR', visitor)
}
