import { describe, expect, test } from 'vitest'
import { fixture, siteUnderTest } from '../support/site.ts'

const site = siteUnderTest()
const EMAIL = 'jane@shop.example'
const STAYS = '<script>addEventListener("submit", (event) => event.preventDefault())</script>'

/** Opens a page with this form, whose submits stay on the page. */
const openForm = (markup: string) => site.openBody(markup + STAYS)
const fillEmail = (selector = '[type=email]') => site.page.fill(selector, EMAIL)
/** Types an e-mail and presses the first button. */
const fillAndSend = async () => {
  await fillEmail()
  await site.page.locator('button,[type=submit],[type=image]').first().click()
}

describe('what a form is', () => {
  const EMAIL_FIELD = '<input type=email name=email>'
  const SEND = '<button>Send</button>'
  test.each([
    [
      'an e-mail alone, neither method nor names',
      '<form><input type=email><button>Go</button></form>',
      'sign_up',
    ],
    [
      'an e-mail and consent to tick',
      `<form>${EMAIL_FIELD}<input type=checkbox name=consent checked>${SEND}</form>`,
      'sign_up',
    ],
    [
      'an e-mail and a list to choose, hidden',
      `<form>${EMAIL_FIELD}<input type=hidden name=list value=7>${SEND}</form>`,
      'sign_up',
    ],
    [
      'an e-mail and a message',
      `<form method=post>${EMAIL_FIELD}<textarea name=message></textarea>${SEND}</form>`,
      'generate_lead',
    ],
    [
      'an e-mail and a phone',
      `<form>${EMAIL_FIELD}<input type=tel name=p>${SEND}</form>`,
      'generate_lead',
    ],
    [
      'an e-mail and a phone told by name',
      `<form>${EMAIL_FIELD}<input name=phone_number>${SEND}</form>`,
      'generate_lead',
    ],
    [
      'an e-mail and a name',
      `<form>${EMAIL_FIELD}<input name=name autocomplete=name>${SEND}</form>`,
      'form_submit',
    ],
    [
      'an e-mail and a size to choose',
      `<form>${EMAIL_FIELD}<select name=size><option>s<option>m</select>${SEND}</form>`,
      'form_submit',
    ],
    [
      'a demo, as its owner calls it',
      `<form data-pique-event=request_demo>${EMAIL_FIELD}<input name=company>${SEND}</form>`,
      'request_demo',
    ],
    [
      'a search, if its owner says it is a quote',
      `<form role=search data-pique-event=quote>${EMAIL_FIELD}${SEND}</form>`,
      'quote',
    ],
    ['sent by an input', `<form>${EMAIL_FIELD}<input type=submit value=Send></form>`, 'sign_up'],
    [
      'sent by an image',
      `<form>${EMAIL_FIELD}<input type=image alt=Send src="data:,"></form>`,
      'sign_up',
    ],
  ])('%s', async (_what, markup, type) => {
    await openForm(markup)
    await site.expectOnly(
      { [type]: [{ has_email: true }], identify: [{ email: EMAIL, evidence: 'form' }] },
      fillAndSend,
    )
    expect(site.collector.events('form_start')).toHaveLength(1)
  })

  test.each([
    [
      'autocomplete',
      '<form><input type=text autocomplete="section-a email"><button>Go</button></form>',
    ],
  ])('an e-mail field that only %s names', async (_by, markup) => {
    await openForm(markup)
    await site.expectOnly({ sign_up: 1, identify: [{ email: EMAIL }] }, async () => {
      await fillEmail('input')
      await site.page.click('button')
    })
  })

  test.each([
    [
      'a login',
      '<form><input type=email name=email autocomplete=username><input type=password name=p value=hunter2hunter2><button>Go</button></form>',
    ],
    [
      'a registration',
      '<form><input name=name autocomplete=name value="Jane Doe"><input type=email name=email><input type=password name=a value=hunter2hunter2><input type=password name=b value=hunter2hunter2><button>Go</button></form>',
    ],
    [
      'a password that is shown',
      '<form><input type=email name=email><input type=text name=password autocomplete=new-password value=hunter2hunter2><button>Go</button></form>',
    ],
  ])('%s is a form and is never read', async (_what, markup) => {
    await openForm(markup)
    await site.expectOnly({ form_submit: [{ has_email: false }] }, fillAndSend)
    expect(site.sent()).not.toMatch(/jane|Jane|hunter2/)
  })

  test.each([
    ['type=search', '<form><input type=search name=x><button>Find</button></form>'],
    ['a field called q', '<form><input name=q><button>Find</button></form>'],
    ['role=search', '<form role=search><input name=term><button>Find</button></form>'],
    ['the action', '<form action="/search"><input name=term><button>Find</button></form>'],
  ])('a search by %s is no form', async (_by, markup) => {
    await openForm(markup)
    await site.expectOnly({}, async () => {
      await site.page.fill('input', 'my secret')
      await site.page.click('button')
    })
    expect(site.sent()).not.toMatch(/form_start|my secret/)
  })
})

describe('what is read of a form', () => {
  test('a name that autocomplete marks, and nothing else', async () => {
    await openForm(`<form><input name=first autocomplete="given-name" value=Jane><input name=last autocomplete="billing family-name" value=Doe>
      <input type=email name=email><input name=company value="Secret Corp"><textarea name=m>secret text</textarea><button>Go</button></form>`)
    const events = await site.expectOnly({ generate_lead: 1, identify: 1 }, fillAndSend)
    const identify = events.find((event) => event.type === 'identify')
    expect(identify?.props).toEqual({
      email: EMAIL,
      evidence: 'form',
      traits: { name: 'Jane Doe' },
    })
    expect(site.sent()).not.toMatch(/ecret/)
  })

  test.each([
    [
      'hidden',
      `<form><input type=hidden name=email value="${EMAIL}"><input name=city value=Ulm><button>Go</button></form>`,
    ],
    [
      'a pot of honey',
      `<form><div style="position:absolute;left:-9999px;display:none"><input type=email name=email value="${EMAIL}" tabindex=-1 autocomplete=off></div><input name=city value=Ulm><button>Go</button></form>`,
    ],
    [
      'a one-time code',
      `<form><input name=email_code autocomplete=one-time-code value="${EMAIL}"><button>Go</button></form>`,
    ],
    [
      'a card number',
      `<form><input name=mail_card autocomplete=cc-number value="${EMAIL}"><button>Go</button></form>`,
    ],
  ])('never what is %s', async (_what, markup) => {
    await openForm(markup)
    await site.expectOnly({ form_submit: [{ has_email: false }] }, () => site.page.click('button'))
    expect(site.sent()).not.toContain('jane')
  })

  test('never before it is submitted, never what is not valid', async () => {
    await openForm('<form novalidate><input type=email name=email><button>Go</button></form>')
    await site.expectOnly({}, () => fillEmail())
    await site.expectOnly({}, async () => {
      await site.page.fill('input', 'jane@')
      await site.page.click('button')
    })
    expect(site.sent()).not.toContain('jane')
  })

  test('nothing with data-identify=off, but the form is told', async () => {
    site.collector.attributes = 'data-identify=off'
    await openForm('<form><input type=email name=email><button>Go</button></form>')
    await site.expectOnly({ sign_up: [{ has_email: false }] }, fillAndSend)
    expect(site.sent()).not.toContain('jane')
  })

  test('fields that stand outside and belong to it', async () => {
    await openForm(
      '<form id=f></form><input type=email name=email form=f><button form=f>Go</button>',
    )
    await site.expectOnly(
      { sign_up: [{ form_id: 'f', has_email: true }], identify: 1 },
      fillAndSend,
    )
    expect(site.collector.events('form_start')).toMatchObject([{ props: { form_id: 'f' } }])
  })

  test.each(['id', 'submit', 'action', 'dataset', 'closest', 'parentNode', 'nodeName'])(
    'a form whose field is called "%s" is itself nevertheless',
    async (name) => {
      await openForm(
        `<form id=f><input name=${name} value=x type=hidden><input type=email name=email autofocus><button>Go</button></form>`,
      )
      // By keyboard alone: such fields confuse whoever drives a browser by script.
      await site.expectOnly(
        { sign_up: [{ form_id: 'f' }], identify: [{ email: EMAIL }] },
        async () => {
          await site.page.keyboard.type(EMAIL)
          await site.page.keyboard.press('Enter')
        },
      )
    },
  )
})

describe('how a form is submitted', () => {
  const FORM = '<form id=f><input type=email name=email><button>Go</button></form>'
  const ONCE = { sign_up: [{ form_id: 'f', has_email: true }], identify: 1 }

  test.each([
    [
      'prevented and fetched',
      'f.onsubmit = (e) => { e.preventDefault(); fetch("/api", { method: "POST", body: new FormData(f) }) }',
    ],
    ['prevented, and emptied at once', 'f.onsubmit = (e) => { e.preventDefault(); f.reset() }'],
    [
      'stopped before anybody hears of it',
      'document.addEventListener("submit", (e) => { e.preventDefault(); e.stopImmediatePropagation() }, true)',
    ],
    [
      'submitted by a script that heard the click',
      'f.onsubmit = (e) => e.preventDefault(); document.querySelector("button").onclick = (e) => { e.preventDefault(); f.requestSubmit() }',
    ],
    ['removed by its own handler', 'f.onsubmit = (e) => { e.preventDefault(); f.remove() }'],
  ])('%s', async (_how, script) => {
    await site.openBody(`${FORM}<script>${script}</script>`)
    await site.expectOnly(ONCE, fillAndSend)
  })

  test.each([
    ['a native post', 'post', () => fillAndSend()],
    [
      'Enter',
      'get',
      async () => {
        await fillEmail()
        await site.page.press('[type=email]', 'Enter')
      },
    ],
    [
      'form.submit()',
      'post',
      async () => {
        await fillEmail()
        await site.page.evaluate(() => document.forms[0]?.submit())
      },
    ],
    [
      'form.submit() in a handler that prevents',
      'post',
      async () => {
        await site.page.evaluate(() => {
          document.forms[0]?.addEventListener('submit', (event) => {
            event.preventDefault()
            setTimeout(() => document.forms[0]?.submit(), 300)
          })
        })
        await fillAndSend()
        await site.page.clock.runFor(400)
      },
    ],
  ])('%s leaves the page, once', async (_how, method, act) => {
    site.collector.routes.set('/api', (_request, response) =>
      response.writeHead(302, { location: '/done' }).end(),
    )
    await site.openBody(FORM.replace('<form', `<form action="/api" method=${method}`))
    await site.expectOnly({ ...ONCE, page_view: 1 }, async () => {
      await act()
      await site.page.waitForURL(/done/)
    })
    expect(site.page.url()).not.toContain('jane')
  })

  test('a post into a frame of the page', async () => {
    site.collector.routes.set('/sink', (_request, response) => response.end())
    await site.openBody(
      `${FORM.replace('<form', '<form action="/sink" target=sink method=post')}<iframe name=sink></iframe>`,
    )
    await site.expectOnly(ONCE, () =>
      Promise.all([site.page.waitForRequest(/sink/), fillAndSend()]),
    )
  })

  test('data read to save a draft is no submit, also right before a link is followed', async () => {
    await site.openBody(`${FORM}<a href="/elsewhere">elsewhere</a>`)
    await site.expectOnly({ page_view: 1 }, async () => {
      await fillEmail()
      await site.page.evaluate(() => void new FormData(document.forms[0]))
      await site.page.click('a')
      await site.page.waitForURL(/elsewhere/)
    })
    expect(site.sent()).not.toContain('jane')
  })

  test('not valid is not submitted; pressed three times is once; a later one is another', async () => {
    await openForm('<form id=f><input type=email name=email required><button>Go</button></form>')
    await site.expectOnly({}, () => site.page.click('button'))
    await site.expectOnly(ONCE, async () => {
      await fillEmail()
      for (let times = 0; times < 3; times++) await site.page.click('button')
    })
    await site.page.clock.runFor(10_000)
    await site.expectOnly({ sign_up: 1, identify: 1 }, () => site.page.click('button'))
  })

  test('two forms on a page are told apart, and both count within two seconds', async () => {
    await openForm(`<form id=top><input type=email name=a><button>Go</button></form>
      <form id=bottom><input type=email name=b><button>Go</button></form>`)
    await site.expectOnly(
      { sign_up: [{ form_id: 'top' }, { form_id: 'bottom' }], identify: 2 },
      async () => {
        for (const id of ['top', 'bottom']) {
          await fillEmail(`#${id} input`)
          await site.page.click(`#${id} button`)
        }
      },
    )
    expect(site.collector.events('form_start').map((event) => event.props?.form_id)).toEqual([
      'top',
      'bottom',
    ])
  })
})

describe('where a form is', () => {
  test('inserted long after the page loaded', async () => {
    await openForm('<div id=here></div>')
    await site.settle()
    await site.page.evaluate(() => {
      document
        .querySelector('#here')
        ?.insertAdjacentHTML(
          'beforeend',
          '<form id=late><input type=email name=email><button>Go</button></form>',
        )
    })
    await site.expectOnly({ sign_up: [{ form_id: 'late' }], identify: 1 }, fillAndSend)
  })

  test('in an open shadow root', async () => {
    await site.openBody(`<my-form></my-form><script>
      const root = document.querySelector('my-form').attachShadow({ mode: 'open' })
      root.innerHTML = '<form id=shadow><input type=email name=email><button>Go</button></form>'
      root.querySelector('form').onsubmit = (event) => event.preventDefault()</script>`)
    await site.expectOnly(
      { sign_up: [{ form_id: 'shadow' }], identify: [{ email: EMAIL }] },
      fillAndSend,
    )
    expect(site.collector.events('form_start')).toMatchObject([{ props: { form_id: 'shadow' } }])
  })

  test('in a shadow root within another, inserted later, and posted', async () => {
    await openForm('')
    await site.page.evaluate(() => {
      const outer = document.createElement('div')
      document.body.append(outer)
      const inner = document.createElement('div')
      outer.attachShadow({ mode: 'open' }).append(inner)
      inner.attachShadow({ mode: 'open' }).innerHTML =
        '<form id=deep action="/done" method=post><input type=email name=email><button>Go</button></form>'
    })
    await site.expectOnly(
      { sign_up: [{ form_id: 'deep' }], identify: 1, page_view: 1 },
      async () => {
        await fillAndSend()
        await site.page.waitForURL(/done/)
      },
    )
  })

  const frame = () => site.page.frameLocator('iframe')
  const sendFramed = async () => {
    await frame().locator('input').fill(EMAIL)
    await frame().locator('button').click()
  }
  const serveFrame = () =>
    site.collector.routes.set('/widget', (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(fixture('framed-form.html')),
    )

  test('in a frame of the same site that has no tag of its own', async () => {
    serveFrame()
    await site.openBody('<iframe src="/widget"></iframe>')
    await site.expectOnly(
      { sign_up: [{ form_id: 'framed' }], identify: [{ email: EMAIL }] },
      sendFramed,
    )
    expect(site.collector.events('sign_up')[0]?.url).toBe(site.collector.url('/'))
  })

  test('in a frame that comes later, and one written by a script', async () => {
    serveFrame()
    await openForm('')
    await site.settle()
    await site.page.evaluate(() => {
      const late = document.createElement('iframe')
      late.src = '/widget'
      document.body.append(late)
    })
    await site.expectOnly({ sign_up: 1, identify: 1 }, sendFramed)
    await site.page.evaluate(() => {
      const late = document.querySelector('iframe')
      if (late)
        late.srcdoc =
          '<form id=written onsubmit="event.preventDefault()"><input type=email name=e><button>Go</button></form>'
    })
    await site.expectOnly({ sign_up: [{ form_id: 'written' }], identify: 1 }, sendFramed)
  })

  test('in a frame with a tag of its own, once', async () => {
    site.collector.bodies.set(
      '/inner',
      `<form id=own><input type=email name=email><button>Go</button></form>${STAYS}`,
    )
    await site.openBody('<iframe src="/inner"></iframe>')
    await site.collector.expectEvents('page_view', 2)
    await site.expectOnly({ sign_up: 1, identify: 1 }, sendFramed)
  })

  test('in a frame of another site, which stays its own business and does no harm', async () => {
    serveFrame()
    await site.openBody(`<iframe src="${site.collector.url('/widget', 'other.test')}"></iframe>`)
    await site.expectOnly({}, sendFramed)
  })
})
