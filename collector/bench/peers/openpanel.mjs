import { OpenPanel } from '@openpanel/web'

new OpenPanel({
  clientId: 'KEY',
  apiUrl: 'http://collect.localhost',
  trackScreenViews: true,
  trackOutgoingLinks: true,
  trackAttributes: true,
})
