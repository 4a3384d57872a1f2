/**
 * The one script of the dashboard, an improvement over pages that work without it: keys, copying,
 * the reader's own time zone, and live rows. It writes text with `textContent` alone and copies
 * rows from templates the server rendered, so it needs no Trusted Types policy.
 */
export const pageScript = `
const POLL_MS = 2000
const RETRY_MS = 10000
const $ = (selector, within = document) => within.querySelector(selector)
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)]

/* Text and attributes of one part, changed only where they differ. */
const setText = (root, part, text) => {
  const node = $('[data-part="' + part + '"]', root)
  if (node && node.textContent !== text) node.textContent = text
}
const setAttribute = (node, name, value) => {
  if (node && node.getAttribute(name) !== value) node.setAttribute(name, value)
}
const setTime = (root, part, when) => {
  const node = $('[data-part="' + part + '"]', root)
  if (!node || !when) return
  if (node.textContent !== when.words) node.textContent = when.words
  if (node.getAttribute('datetime') === when.iso) return
  node.setAttribute('datetime', when.iso)
  node.setAttribute('title', when.exact)
  delete node.dataset.local
}
const setScore = (row, score) => {
  setAttribute($('.score-mark', row), 'data-heat', String(score.heat))
  setAttribute($('.heat-bars', row), 'data-heat', String(score.heat))
  setAttribute($('.grade', row), 'title', score.gradeWords)
  setText(row, 'points', score.points)
  setText(row, 'grade', score.grade)
}

/* A row of people, as its view-model says. */
const fillRow = (row, view) => {
  for (const part of ['who', 'note', 'why', 'page', 'source', 'device']) {
    if (typeof view[part] === 'string') setText(row, part, view[part])
  }
  if (view.href.startsWith('/')) setAttribute($('[data-part="who"]', row), 'href', view.href)
  if ('known' in view) setAttribute(row, 'data-known', view.known ? 'yes' : 'no')
  if ('here' in view) setAttribute(row, 'data-here', view.here ? 'yes' : 'no')
  setTime(row, 'seen', view.seen)
  setScore(row, view.score)
}
const fillToday = (root, view) => {
  for (const part of ['here', 'quiet', 'bots']) setText(root, part, view[part])
  fillNews(view.news)
  fillLive(view.rows)
  const teach = $('[data-teach]')
  if (teach) teach.hidden = !view.untouched
}
const fillSeen = (root, status) => {
  const box = $('.seen', root)
  setAttribute(box, 'data-seen', status.seen ? 'yes' : 'no')
  setText(box, 'words', status.words)
  setTime(box, 'seen', status.when)
}

/* What a checked page answered. It stays on the screen when the check itself is forgotten. */
const fillCheck = (root, check) => {
  const box = $('[data-outcome]', root)
  if (!box || (check.state === 'over' && !['waiting', 'late'].includes(box.dataset.state))) return
  setAttribute(box, 'data-state', check.state)
  setText(box, 'check-words', check.words)
  setText(box, 'check-lead', check.lead)
  const open = $('[data-part="check-open"]', box)
  open.hidden = check.open === ''
  if (/^https?:/.test(check.open)) setAttribute(open, 'href', check.open)
  const list = $('[data-list="facts"]', box)
  const said = JSON.stringify(check.facts)
  if (list.dataset.said === said) return
  list.dataset.said = said
  list.replaceChildren(...check.facts.map((fact) => {
    const row = $('[data-template="fact-' + fact.tone + '"]').content.firstElementChild.cloneNode(true)
    setText(row, 'fact', fact.words)
    return row
  }))
}

const startLive = (root) => {
  let timer = 0
  const again = (ms) => {
    clearTimeout(timer)
    if (document.visibilityState === 'visible') timer = setTimeout(poll, ms)
  }
  const poll = async () => {
    try {
      const answer = await fetch(root.dataset.live, {
        headers: { accept: 'application/json' },
        redirect: 'manual',
      })
      if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
        setText(root, 'status', 'You are signed out. Reload to sign in again.')
        return
      }
      if (!answer.ok) throw new Error(String(answer.status))
      const live = await answer.json()
      if (live.today) fillToday(root, live.today)
      if (live.seen) fillSeen(root, live.seen)
      if (live.check) fillCheck(root, live.check)
      setText(root, 'status', '')
      again(POLL_MS)
    } catch {
      setText(root, 'status', 'Not connected. Trying again…')
      again(RETRY_MS)
    }
  }
  document.addEventListener('visibilitychange', () => again(0))
  again(POLL_MS)
}

/* Exact times in the reader's own zone, on hover and on focus. */
const localise = (event) => {
  const time = event.target instanceof Element && event.target.closest('time[datetime]')
  if (!time || time.dataset.local || !time.dateTime) return
  time.dataset.local = 'yes'
  const local = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })
  time.title = local + ' (' + (time.title || time.textContent) + ')'
}
document.addEventListener('mouseover', localise)
document.addEventListener('focusin', localise)

/* Keys. Nothing happens while somebody types or holds a modifier. */
const step = (by) => {
  const rows = $$('[data-row]').filter((row) => row.offsetParent !== null)
  const at = rows.indexOf(document.activeElement)
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by]
  if (!next) return
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}
const help = () => {
  const dialog = $('#keys-help')
  if (dialog && !dialog.open) dialog.showModal()
}
const search = () => {
  const field = $('[data-search]')
  if (!field) return location.assign('/leads#search')
  field.focus()
  field.select()
}
const KEYS = { '/': search, j: () => step(1), k: () => step(-1), '?': help }
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.key === 'Escape' && event.target instanceof Element && event.target.matches('[data-search]')) return event.target.blur()
  if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog, [contenteditable]')) return
  if (!Object.hasOwn(KEYS, event.key)) return
  event.preventDefault()
  KEYS[event.key]()
})
for (const button of $$('[data-keys]')) {
  button.hidden = false
  button.addEventListener('click', help)
}
if (location.hash === '#search') search()

/* Copying; where the clipboard is closed the text is selected instead. */
for (const button of $$('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy)
    try {
      await navigator.clipboard.writeText(source.textContent)
      button.textContent = 'Copied'
    } catch {
      getSelection().selectAllChildren(source)
      button.textContent = 'Selected'
    }
    setTimeout(() => { button.textContent = 'Copy' }, 2000)
  })
}

/* A page to check is asked for here, and opened in a tab of its own. */
for (const form of $$('form[data-check]')) {
  const root = form.closest('[data-live]')
  const field = form.elements.page
  const say = (problem) => {
    setText(form, 'check-problem', problem)
    if (problem === '') field.removeAttribute('aria-invalid')
    else field.setAttribute('aria-invalid', 'true')
  }
  let isAsking = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isAsking) return
    isAsking = true
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(new FormData(form)),
        redirect: 'manual',
      })
      const { error = '', check, pageHref, liveHref } = await answer.json()
      say(error)
      if (error) return field.focus()
      if (!check) return say('You are signed out. Reload to sign in again.')
      root.dataset.live = liveHref
      history.replaceState(null, '', pageHref)
      fillCheck(root, check)
      window.open(check.open, '_blank', 'noopener,noreferrer')
    } catch {
      say('Not connected. Try again in a moment.')
    } finally {
      isAsking = false
    }
  })
}

/* A second click on a form that is on its way sends nothing. */
const SENDING_MS = 3000
document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.defaultPrevented || form.getAttribute('method') !== 'post') return
  if (event.timeStamp - Number(form.dataset.sent || -SENDING_MS) < SENDING_MS) event.preventDefault()
  else form.dataset.sent = String(event.timeStamp)
})
addEventListener('pageshow', () => { for (const form of $$('form[data-sent]')) delete form.dataset.sent })

/* Filters left empty stay out of the address. */
for (const form of $$('form[data-tidy]')) {
  form.addEventListener('formdata', (event) => {
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
  })
}

/* One open menu at a time, closed by Escape or a click elsewhere. */
const closeMenus = (event) => {
  for (const menu of $$('.sites details[open]')) {
    if (event.key === 'Escape' || (event.type === 'click' && !menu.contains(event.target))) menu.open = false
  }
}
document.addEventListener('click', closeMenus)
document.addEventListener('keydown', closeMenus)

for (const root of $$('[data-live]')) startLive(root)
`
