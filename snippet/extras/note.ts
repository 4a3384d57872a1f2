/**
 * A note to the owner in the corner of a page: out of the page's flow, out of reach of its styles, and
 * styled without any that a Content-Security-Policy could refuse.
 */

const STYLES = `
:host{all:initial!important;position:fixed!important;right:16px!important;bottom:16px!important;z-index:2147483647!important}
div{display:flex;gap:12px;max-width:min(320px,80vw);padding:14px 16px;font:15px/1.4 system-ui;color:#222;background:#fff;border:2px solid #888;border-radius:8px}
.good{border-color:#178a4c}
.bad{border-color:#d63c30}
p{margin:0;overflow-wrap:anywhere}
button{font:inherit;margin:0 -8px auto auto;color:inherit;background:none;border:0;cursor:pointer}
@media (prefers-color-scheme:dark){div{color:#eee;background:#222}}
`

/** Shows the note, and returns what puts other words in it, as good news or bad. */
export function showNote(): (words: string, isGood?: boolean) => void {
  const host = document.createElement('pique-note')
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLES)
  root.adoptedStyleSheets = [sheet]
  const box = document.createElement('div')
  const text = document.createElement('p')
  const close = document.createElement('button')
  text.setAttribute('role', 'status')
  text.textContent = 'Pique checks this page …'
  close.setAttribute('aria-label', 'Close')
  close.textContent = '×'
  close.onclick = () => host.remove()
  box.append(text, close)
  root.append(box)
  // Not in the body, which a page may replace while the check is under way.
  document.documentElement.append(host)
  return (words, isGood) => {
    text.textContent = words
    box.className = isGood ? 'good' : 'bad'
  }
}
