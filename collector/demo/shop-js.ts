/**
 * The shop's own script, as many shops have one: it turns data attributes into GA4 `dataLayer`
 * pushes. A file rather than inline, so that the page works under a strict content security policy.
 */
export const shopScript = `(function () {
  window.dataLayer = window.dataLayer || []
  document.querySelectorAll('[data-shop-event]').forEach(function (element) {
    var data = element.dataset
    var ecommerce = { currency: data.shopCurrency, value: Number(data.shopValue) }
    if (data.shopOrder) ecommerce.transaction_id = data.shopOrder
    try {
      ecommerce.items = JSON.parse(data.shopItems)
    } catch (_) {
      ecommerce.items = []
    }
    window.dataLayer.push({ event: data.shopEvent, ecommerce: ecommerce })
  })
})()
`
