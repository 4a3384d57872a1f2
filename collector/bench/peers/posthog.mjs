import posthog from 'posthog-js'

posthog.init('phc_KEY', { api_host: 'http://collect.localhost', defaults: '2026-01-30' })
