/** The shop's stylesheet, served as a file; light and dark follow the system. */
export const shopStyles = `
:root {
  color-scheme: light dark;
  --page: #fbf9f4; --ink: #202a26; --soft: #5d6a64; --edge: #e0dccf; --panel: #f1ede1;
  --tile: #eae5d6; --accent: #2c5a48; --on-accent: #fff; --clay: #a44f2c; --ribbon: #202a26;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141a17; --ink: #e9ece5; --soft: #a3aea8; --edge: #2e3833; --panel: #1c2420;
    --tile: #55635b; --accent: #9fd0b5; --on-accent: #10201a; --clay: #eb9c78; --ribbon: #28352f;
  }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body {
  display: flex; flex-direction: column; min-height: 100vh;
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1, h2, h3, .brand { font-family: var(--serif); line-height: 1.2; text-wrap: balance }
h1 { font-size: clamp(1.9rem, 5vw, 2.7rem); margin: 0 0 .6rem; letter-spacing: -.01em }
h2 { font-size: 1.45rem; margin: 0 0 .6rem }
h3 { font-size: 1.1rem; margin: 0 0 .3rem }
p { margin: 0 0 1rem }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px }
img { display: block; max-width: 100%; height: auto }
small, .small { font-size: .875rem; font-weight: 400; color: var(--soft) }
.lead { font-size: 1.15rem; color: var(--soft); max-width: 44rem }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }

.ribbon {
  margin: 0; padding: .4rem 1rem; background: var(--ribbon); color: #f4f1e8;
  font-size: .85rem; text-align: center;
}
.ribbon a { color: inherit; font-weight: 600 }
.top {
  width: 100%; display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 2rem;
  max-width: 72rem; margin: 0 auto; padding: 1.1rem 1.25rem;
}
.brand {
  display: flex; align-items: center; gap: .5rem;
  color: var(--ink); font-size: 1.25rem; font-weight: 700; text-decoration: none;
}
.top nav { display: flex; flex-wrap: wrap; gap: .25rem 1.4rem; margin-left: auto }
.top nav a, .cart-link { color: var(--ink); text-decoration: none; padding: .3rem 0; border-bottom: 2px solid transparent }
.top nav a:hover, .top nav a[aria-current] { border-color: var(--clay) }
.cart-link { font-weight: 600 }
.count {
  display: inline-block; min-width: 1.6em; padding: 0 .4em; border-radius: 1em;
  background: var(--accent); color: var(--on-accent); font-size: .8rem; text-align: center;
}
main { flex: 1; width: 100%; max-width: 72rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
main > section { margin-top: 3.5rem }

.button, button {
  display: inline-block; padding: .65rem 1.2rem; border: 1px solid var(--accent); border-radius: .5rem;
  background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
.button:hover, button:hover { filter: brightness(1.12) }
.button.quiet, button.quiet { background: transparent; color: var(--accent) }
.actions { display: flex; flex-wrap: wrap; gap: .75rem }
.actions.end { justify-content: flex-end }
input, textarea, select {
  width: 100%; padding: .6rem .75rem; border: 1px solid var(--soft); border-radius: .5rem;
  background: var(--page); color: var(--ink); font: inherit; font-weight: 400;
}
.stacked { display: grid; gap: 1rem; align-content: start }
.stacked label { display: grid; gap: .25rem; font-weight: 600 }
.stacked button { justify-self: start }
.inline-form { display: flex; gap: .5rem; max-width: 26rem }
.inline-form input { flex: 1; min-width: 0 }

.hero { display: grid; grid-template-columns: 1.1fr 1fr; gap: 2.5rem; align-items: center; margin-top: 1rem }
.hero img { width: 100%; background: var(--tile); border-radius: 1.25rem; padding: 1.5rem }
.hero h1 { font-size: clamp(2.1rem, 5.5vw, 3.4rem) }
main > .hero { margin-top: 0 }
.facts {
  display: flex; flex-wrap: wrap; gap: .5rem 3rem; list-style: none;
  margin: 2.5rem 0 0; padding: 1rem 0; border-block: 1px solid var(--edge); color: var(--soft);
}
.facts b { color: var(--ink) }
.steps { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2rem; margin: 1rem 0 1.5rem; padding: 0; list-style: none; counter-reset: step }
.steps li { counter-increment: step; border-top: 2px solid var(--clay); padding-top: .8rem }
.steps li::before { content: counter(step); font-family: var(--serif); color: var(--clay); font-size: 1.3rem }
.steps p { color: var(--soft); margin: 0 }
.panel { background: var(--panel); border: 1px solid var(--edge); border-radius: 1rem; padding: 1.5rem }
.panel > :last-child { margin-bottom: 0 }
.title-row { margin-bottom: .8rem; display: flex; flex-wrap: wrap; gap: .5rem 2rem; justify-content: space-between; align-items: center }
.title-row h1 { margin: 0 }
.title-row search { flex: 0 1 22rem; min-width: 15rem }

.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: 2rem 1.5rem; margin: 1.25rem 0 0; padding: 0; list-style: none }
.card { display: flex; flex-direction: column; gap: .25rem; height: 100%; color: inherit; text-decoration: none }
.card img { width: 100%; background: var(--tile); border-radius: .9rem; padding: 1rem; margin-bottom: .6rem }
.card:hover strong { text-decoration: underline; text-underline-offset: .2em }
.card strong { font-family: var(--serif); text-wrap: pretty; font-size: 1.15rem; line-height: 1.25 }
.summary { color: var(--soft); font-size: .95rem; line-height: 1.45 }
.category { color: var(--clay); font-size: .8rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase }
.price { font-weight: 700; font-variant-numeric: tabular-nums }
.card .price { margin-top: auto; padding-top: .3rem }

.crumbs { margin-bottom: 1.25rem; font-size: .9rem; color: var(--soft) }
.crumbs a { color: inherit }
.product { display: grid; grid-template-columns: 1.15fr 1fr; gap: 2.5rem; align-items: center }
.product > img { width: 100%; background: var(--tile); border-radius: 1.25rem; padding: 2rem }
.product .price { font-size: 1.5rem }
.buy { display: flex; gap: .75rem; align-items: end; margin-bottom: .75rem }
.buy label { display: grid; gap: .25rem; width: 6rem; font-size: .875rem; color: var(--soft) }
.buy button { flex: 1; max-width: 16rem }
.wish { margin-bottom: 1rem }
.columns { display: grid; grid-template-columns: 1fr 1fr; gap: 2.5rem; align-items: start }
.specs { margin: 0 }
.specs div { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0; border-bottom: 1px solid var(--edge) }
.specs dt { color: var(--soft) }
.specs dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums }
.specs .sum { border: 0; font-weight: 700 }
.panel .specs { margin-bottom: 1rem }

.lines { margin: 1rem 0 0; padding: 0; list-style: none }
.lines li { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1.25rem; padding: 1rem 0; border-bottom: 1px solid var(--edge) }
.lines img { width: 96px; background: var(--tile); border-radius: .6rem; padding: .3rem }
.lines div { display: grid; flex: 1 1 12rem }
.lines form { margin-left: auto }
.lines b, .total b { font-variant-numeric: tabular-nums }
.lines button { padding: .3rem .8rem; font-size: .875rem }
.total { margin: 1.25rem 0; text-align: right; font-size: 1.15rem }
.total b { margin-left: 1rem }

.plans { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1.5rem; margin: 2rem 0 0; padding: 0; list-style: none }
.plan { display: flex; flex-direction: column; padding: 1.5rem; border: 1px solid var(--edge); border-radius: 1rem; background: var(--panel) }
.plan.best { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent) }
.plan .price { font-size: 1.8rem }
.plan ul { flex: 1; margin: 0 0 1.25rem; padding-left: 1.1rem }
.plan .button { text-align: center }
.prose { max-width: 44rem }
main > article.prose { margin-inline: auto }
.prose section, .prose > h2 { margin-top: 2.25rem }
.prose .panel { margin: 2.5rem 0 }
.faq { display: grid; grid-template-columns: 1fr 1fr; column-gap: 2.5rem; margin: 0 }
.faq div { padding: 1rem 0; border-top: 1px solid var(--edge) }
.faq dt { font-weight: 700; margin-bottom: .25rem }
.faq dd { margin: 0; color: var(--soft) }
.posts { margin: 1.5rem 0 2rem; padding: 0; list-style: none; max-width: 44rem }
.posts li { padding: 1.1rem 0; border-top: 1px solid var(--edge) }
.posts h2 { margin: 0 0 .2rem; font-size: 1.25rem }
.posts p { margin: 0 0 .5rem }

footer { background: var(--panel); border-top: 1px solid var(--edge); padding: 2.5rem 0 1.5rem }
.footer-columns { display: grid; grid-template-columns: 2fr 1fr 1fr; gap: 2rem; max-width: 72rem; margin: 0 auto; padding-inline: 1.25rem }
footer h2 { font-size: 1.05rem }
footer nav { display: grid; gap: .3rem; align-content: start }
footer address { font-style: normal }
footer > .small { max-width: 72rem; margin: 2rem auto 0; padding-inline: 1.25rem }

@media (max-width: 46rem) {
  .hero, .product, .columns, .plans, .steps, .faq, .footer-columns { grid-template-columns: 1fr; gap: 1.5rem }
  .top { gap: .25rem 1rem; padding-block: .8rem }
  .top nav { order: 3; width: 100%; margin: 0; gap: 0 1.1rem; font-size: .95rem }
  .cart-link { margin-left: auto }
  main { padding-top: 1rem }
  main > section { margin-top: 2.5rem }
  .hero img, .product > img { padding: 1rem }
  .title-row h1 { margin: 0 }
.title-row search { flex: 1 1 100% }
  .facts { gap: .35rem 1.5rem; flex-direction: column }
}
`
