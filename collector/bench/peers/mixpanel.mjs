// The loader that its README names for pages without session recording; the usual one brings the recorder.
import mixpanel from 'mixpanel-browser/src/loaders/loader-module-core'

mixpanel.init('KEY', {
  api_host: 'http://collect.localhost',
  autocapture: true,
})
