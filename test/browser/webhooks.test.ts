import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { findingsInBoth } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { createPlace, startBuilt } from '../support/collector.ts'
import { startReceiver, verifyMessage } from '../support/receiver.ts'
import { CHROME, eventAt } from '../support/world.ts'

/** An owner adds a webhook, sees what it was sent, and sends again what was given up. */

/** Where pictures of the pages go; none are taken where it is not set. */

test('a webhook from its first test to its removal', { timeout: 90_000 }, async () => {
  const place = createPlace()
  let status = 204
  const receiver = await startReceiver((response) => response.writeHead(status).end())
  const collector = await startBuilt('start', place.store, [], {
    env: { PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8' },
  })
  const browser = await launchBrowser()
  try {
    const page = await browser.context.newPage()
    const trouble: string[] = []
    page.on('console', (message) => trouble.push(message.text()))
    const audit = async (name: string) => {
      expect(await findingsInBoth(page), name).toEqual([])
      const usual = page.viewportSize()
      await page.setViewportSize({ width: 360, height: 740 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      if (usual) await page.setViewportSize(usual)
    }
    await page.goto(collector.dashboard)
    await page.goto(`${collector.url}/connect/webhooks`)
    await page.getByText('Nothing is told yet').waitFor()

    await page.getByLabel('Address').fill('https://10.0.0.1/hook')
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('private network')
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    const secret = (await page.locator('#secret').textContent()) ?? ''
    expect(secret).toMatch(/^whsec_/)
    await audit('webhooks')
    await page.goto(`${collector.url}/connect/webhooks`)
    expect(await page.content()).not.toContain('whsec_')

    await page.getByRole('link', { name: /^Deliveries to/ }).click()
    await page.getByRole('button', { name: 'Send a test' }).click()
    while (receiver.received.length === 0) await page.waitForTimeout(50)
    const sent = receiver.received[0]
    expect(sent && verifyMessage(sent, secret, Date.now() / 1000)).toBeNull()

    // A test that fails is given up at once, and can be sent again.
    status = 500
    await page.getByRole('button', { name: 'Send a test' }).click()
    const { data: sites } = await (await collector.api('/sites')).json()
    const props = { email: 'ann@corp.example' }
    const events = [eventAt(Date.now(), 'identify', { props }), eventAt(Date.now(), 'request_demo')]
    const batch = { site: sites[0].key, browser: randomUUID(), human: true, events }
    const body = JSON.stringify(batch)
    await fetch(`${collector.url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
    while ((await page.getByText('Trying again').count()) === 0) {
      await page.waitForTimeout(100)
      await page.reload()
    }
    await audit('webhook')
    await page.getByRole('link', { name: 'Given up' }).click()
    expect(await page.getByText('answered 500').count()).toBe(1)
    status = 204
    const before = receiver.received.length
    await page.getByRole('button', { name: /^Send again: Test/ }).click()
    await page.getByText('It is sent again').waitFor()
    while (receiver.received.length === before) await page.waitForTimeout(50)
    expect(receiver.received.at(-1)?.id).toBe(
      receiver.received.find(({ body }) => body !== sent?.body && body.includes('pique.test'))?.id,
    )

    await page.locator('summary', { hasText: 'New secret' }).click()
    await page.getByRole('button', { name: 'Yes, make a new secret' }).click()
    expect(await page.locator('#secret').textContent()).not.toBe(secret)
    await page.locator('summary', { hasText: 'Remove' }).click()
    await page.getByRole('button', { name: 'Yes, remove it' }).click()
    await page.getByText('The webhook is removed').waitFor()

    // To people: an example before it is added, and what it is told can be changed.
    await page.getByRole('link', { name: 'Slack' }).click()
    await page.getByText('Lead ld_17 is now marketing-qualified').waitFor()
    await audit('slack')
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByLabel('Also e-mail').check()
    await page.getByRole('button', { name: 'Show an example' }).click()
    await page.getByText('Ada Lovelace is now marketing-qualified').waitFor()
    expect(await page.getByLabel('Address').inputValue()).toBe(receiver.url)
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    await page.getByText('The webhook is added').waitFor()
    expect(await page.content()).not.toContain('/hook<')
    const count = receiver.received.length
    await page.getByRole('button', { name: 'Send a test' }).click()
    while (receiver.received.length === count) await page.waitForTimeout(50)
    expect(receiver.received.at(-1)?.body).toContain('This is a test from Pique')
    await page.goto(`${collector.url}/connect/webhooks?to=template`)
    await page.locator('summary', { hasText: 'All fields' }).click()
    await audit('own text')
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByLabel('Text').fill('{"text":"{{lead.nmae}}"}')
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('did you mean {{lead.name}}?')
    await page.getByLabel('Text').fill('{"text":"{{lead.name}}"}')
    await page.getByRole('button', { name: 'Add the webhook' }).click()
    await page.locator('summary', { hasText: 'Change it' }).click()
    await page.getByLabel('Text').fill('{{what}}')
    await page.getByLabel('A stage changes').uncheck()
    await audit('a webhook of people')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('What it is told is changed').waitFor()
    const { data } = await (await collector.api('/webhooks')).json()
    expect(data.at(-1)).toMatchObject({ template: '{{what}}', events: ['lead.score_crossed'] })
    expect(trouble.filter((text) => !text.includes('400'))).toEqual([])
  } finally {
    await browser.close()
    await collector.stop('SIGKILL')
    await receiver.close()
    place.remove()
  }
})
