/** The list of leads. Part of the page script: what stands in page-script.ts may be used. */
export const leadsScript = `
/* One open menu of the list at a time, closed by Escape or a click elsewhere; Escape gives the focus back. */
const closeListMenus = (event) => {
  for (const menu of $$('[data-menu][open]')) {
    if (event.type === 'click' ? menu.contains(event.target) : event.key !== 'Escape') continue
    if (event.type !== 'click' && menu.contains(document.activeElement)) $('summary', menu).focus()
    menu.open = false
  }
}
document.addEventListener('click', closeListMenus)
document.addEventListener('keydown', closeListMenus)
`
