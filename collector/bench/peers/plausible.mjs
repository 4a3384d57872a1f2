import { init } from '@plausible-analytics/tracker'

init({
  domain: 'shop.localhost',
  endpoint: 'http://collect.localhost/api/event',
  outboundLinks: true,
  fileDownloads: true,
  formSubmissions: true,
})
