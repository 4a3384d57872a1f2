import { enableActivityTracking, newTracker, trackPageView } from '@snowplow/browser-tracker'

newTracker('sp', 'http://collect.localhost', { appId: 'shop' })
enableActivityTracking({ minimumVisitLength: 10, heartbeatDelay: 10 })
trackPageView()
