/** The page of one person. Part of the page script: what stands in page-script.ts may be used. */
export const personScript = `
for (const button of $$('[data-copy-link]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const link = new URL(button.dataset.copyLink, location.href).href
    const copied = await navigator.clipboard.writeText(link).then(() => true, () => false)
    button.textContent = copied ? 'Copied' : link
    if (copied) setTimeout(() => { button.textContent = 'Copy link' }, 2000)
  })
}
`
