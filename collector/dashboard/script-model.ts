/** The editor of the model. Part of the page script: what stands in page-script.ts may be used. */
export const modelScript = `
/* What a draft would change, asked for while somebody types: once they pause, and one question at a time. */
const PAUSE_MS = 700
const fillEach = (root, name, template, views, fill) => {
  const list = $('[data-list="' + name + '"]', root)
  list.replaceChildren(...views.map((view) => {
    const row = $('[data-template="' + template + '"]', root).content.firstElementChild.cloneNode(true)
    for (const part of ['label', 'before', 'after', 'who', 'text', 'excerpt']) {
      if (typeof view[part] === 'string') setText(row, part, view[part])
    }
    if (fill) fill(row, view)
    return row
  }))
}
const fillProblem = (row, { line, rule }) => {
  const link = $('[data-part=line]', row)
  link.textContent = line === null ? 'The draft' : 'Line ' + line
  if (rule) link.setAttribute('href', '#rule-' + rule)
  if (line !== null) link.dataset.line = line
}
const fillPeople = (root, name, people) => {
  const box = $('[data-people="' + name + '"]', root)
  setText(box, 'title', people.title)
  setText(box, 'more', people.more)
  fillEach(root, name, 'moved', people.rows, (row, { href }) => {
    if (href.startsWith('/leads/')) $('a', row).setAttribute('href', href)
  })
}
const fillPreview = (root, view) => {
  setAttribute(root, 'data-state', view.state)
  for (const part of ['words', 'scanned', 'overtaken']) setText(root, part, view[part])
  fillEach(root, 'problems', 'problem', view.problems, fillProblem)
  fillEach(root, 'warnings', 'problem', view.warnings, fillProblem)
  for (const name of ['gained', 'lost']) fillPeople(root, name, view[name])
  fillEach(root, 'facts', 'fact', view.facts)
  fillEach(root, 'moved-rules', 'fact', view.rules)
  fillEach(root, 'bands', 'fact', view.bands)
  $$('[data-band]', root).forEach((group, at) => {
    const band = view.bands[at]
    if (!band) return
    ;[['.band-was', band.was], ['.band-is', band.is]].forEach(([bar, box]) => {
      for (const key of Object.keys(box)) $(bar, group).setAttribute(key, box[key])
    })
    const text = $('text', group)
    text.textContent = band.label
    text.setAttribute('x', band.is.x)
  })
}
for (const form of $$('form[data-editor]')) {
  const root = $('[data-preview]', form)
  const draft = $('[data-draft]', form)
  let [timer, isAsking, isStale] = [0, false, false]
  const ask = async () => {
    if (isAsking) { isStale = true; return }
    isAsking = true
    isStale = false
    root.setAttribute('aria-busy', 'true')
    setText(root, 'words', 'Counting…')
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new FormData(form),
        redirect: 'manual',
      })
      if (answer.status === 403 || answer.status === 401) throw new Error('You are signed out. Copy your draft before you reload.')
      if (!answer.ok) throw new Error('The draft is too long to be tried out.')
      const view = await answer.json()
      if (!isStale) fillPreview(root, view)
      if (draft) view.state === 'wrong' ? draft.setAttribute('aria-invalid', 'true') : draft.removeAttribute('aria-invalid')
    } catch (error) {
      setText(root, 'words', error instanceof TypeError ? 'Not connected. Your draft is still here; change something to try again.' : error.message)
    } finally {
      isAsking = false
      root.removeAttribute('aria-busy')
      if (isStale) ask()
    }
  }
  const wait = (event) => {
    if (event.target.name === 'note') return
    clearTimeout(timer)
    if (isAsking) isStale = true
    timer = setTimeout(ask, PAUSE_MS)
  }
  form.addEventListener('input', wait)
  /* What is in the page is all there is of a draft. */
  const wasTouched = ['ready', 'wrong'].includes(root.dataset.state)
  let isLeaving = false
  form.addEventListener('submit', () => { isLeaving = true; clearTimeout(timer) })
  const start = new URLSearchParams(new FormData(form)).toString()
  addEventListener('beforeunload', (event) => {
    const isTouched = wasTouched || new URLSearchParams(new FormData(form)).toString() !== start
    if (isLeaving || !isTouched) return
    event.preventDefault()
  })

  /* A problem leads to its line. */
  form.addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest('a[data-line]')
    if (!link || !draft) return
    event.preventDefault()
    const lines = draft.value.split('\\n')
    const before = lines.slice(0, link.dataset.line - 1)
    const from = before.join('\\n').length + (before.length > 0 ? 1 : 0)
    draft.focus()
    draft.setSelectionRange(from, from + (lines[link.dataset.line - 1] || '').length)
    draft.scrollTop = (draft.scrollHeight / lines.length) * (before.length - 4)
  })
  if (draft) {
    let isLetGo = false
    draft.addEventListener('keydown', (event) => {
      if (event.key === 'Tab' && !event.shiftKey && !isLetGo && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault()
        draft.setRangeText('  ', draft.selectionStart, draft.selectionEnd, 'end')
        draft.dispatchEvent(new Event('input', { bubbles: true }))
      }
      isLetGo = event.key === 'Escape' || (isLetGo && event.key === 'Shift')
    })
  }
}
`
