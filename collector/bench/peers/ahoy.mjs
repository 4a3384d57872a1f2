import ahoy from 'ahoy.js'

ahoy.configure({ urlPrefix: 'http://collect.localhost' })
ahoy.trackView()
ahoy.trackClicks('a, button')
ahoy.trackSubmits('form')
