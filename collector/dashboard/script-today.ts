/** The queues of Today. Part of the page script: what stands in page-script.ts may be used. */
export const todayScript = `
/*
 * The live feed: the newest first, and nothing on the page moves. A row stands in a place and its words
 * change; who is new gets a new row in the place, which fades in. While somebody points at the feed or
 * walks through it by keys every row stays whose it is, and who is new comes at the end.
 */
const isHeld = (list) => list.closest('.live-space').matches(':hover, :focus-within')
const heldOrder = (list, views) => {
  const left = new Map(views.map((view) => [view.id, view]))
  const stay = $$('[data-id]', list).map((row) => {
    const view = left.get(row.dataset.id)
    left.delete(row.dataset.id)
    return view || null
  })
  return [...stay, ...left.values()]
}
const fillLive = (views) => {
  const list = $('[data-list="rows"]')
  if (!list) return
  const template = $('[data-template="rows"]').content.firstElementChild
  const known = new Set($$('[data-id]', list).map((row) => row.dataset.id))
  const order = isHeld(list) ? heldOrder(list, views) : views
  order.forEach((view, place) => {
    if (!view) return
    let row = list.children[place]
    if (!row || (row.dataset.id !== view.id && !known.has(view.id))) {
      const fresh = template.cloneNode(true)
      fresh.dataset.fresh = 'yes'
      if (row) row.replaceWith(fresh)
      else list.append(fresh)
      row = fresh
    }
    row.dataset.id = view.id
    fillRow(row, view)
  })
  while (list.children.length > order.length) list.lastElementChild.remove()
  $('[data-blank="rows"]').hidden = order.length > 0
}

/* The queue stands still under who is about to click; what came since is said beside it. */
const fillNews = (news) => {
  const link = $('[data-part="news"]')
  setAttribute(link, 'data-new', news === '' ? 'no' : 'yes')
  if (news !== '' && link.textContent !== news) link.textContent = news
}

/* Accept by key, in the row where the keys are. */
KEYS.a = () => {
  const button = $('[data-accept]', document.activeElement.closest('[data-lead]') || document.createElement('i'))
  if (button) button.click()
}

/* What a form did is said once, and not again by a reload. */
if ($('.notice') && /[?&]done=/.test(location.search)) {
  const clean = new URL(location.href)
  for (const name of ['done', 'lead', 'outcome', 'type']) clean.searchParams.delete(name)
  history.replaceState(null, '', clean)
}

/* One open menu at a time, closed by Escape, which gives the focus back, or a click elsewhere. */
const closeOthers = (event) => {
  for (const menu of $$('.menu[open]')) {
    if (event.type === 'click' && !menu.contains(event.target)) menu.open = false
    if (event.key !== 'Escape') continue
    if (menu.contains(document.activeElement)) $('summary', menu).focus()
    menu.open = false
  }
}
document.addEventListener('click', closeOthers)
document.addEventListener('keydown', closeOthers)
`
