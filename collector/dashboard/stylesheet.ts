/** The ground: colours for light and dark, type, the frame, and the controls. */
export const baseStyles = `
:root {
  color-scheme: light dark;
  --bg: #f7f4ee; --paper: #fffdf9; --sunk: #efeae1; --ink: #221d17; --soft: #5f564b; --line: #e2dacd;
  --accent: #a03518; --on-accent: #fff; --tint: #f9e7df; --plus: #1d6a46; --minus: #a1242c;
  --heat-1: #c0391b; --heat-2: #a15c00; --heat-3: #2b6f78; --heat-4: #71685d;
  --shadow: 0 1px 2px rgb(60 40 20 / .07), 0 10px 30px -14px rgb(60 40 20 / .18);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #15120e; --paper: #1f1b16; --sunk: #110f0b; --ink: #f2ece2; --soft: #b5a999; --line: #3a332a;
    --accent: #ff9b78; --on-accent: #2a1007; --tint: #3a2118; --plus: #84cfa4; --minus: #ff9d9d;
    --heat-1: #ff8a64; --heat-2: #f2b45a; --heat-3: #7cc6cc; --heat-4: #a89d8e;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 12px 34px -16px rgb(0 0 0 / .7);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 var(--sans);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1, h2, h3, p, ul, ol, dl, dd, pre, table { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.7rem; line-height: 1.2; letter-spacing: -.02em; font-weight: 680; text-wrap: balance; }
h2 { font-size: 1.05rem; line-height: 1.3; letter-spacing: -.005em; font-weight: 650; }
h3 { font-size: .95rem; font-weight: 620; }
small { font-size: .84rem; color: var(--soft); }
a { color: inherit; text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); text-underline-offset: .18em; }
a:hover { color: var(--accent); text-decoration-color: currentColor; }
code, pre, kbd { font-family: var(--mono); font-size: .92em; }
code { background: var(--sunk); padding: .1em .35em; border-radius: 4px; }
pre code { background: none; padding: 0; font-size: 1em; }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; padding: 0 .4em; background: var(--paper); }
summary { min-height: 1.5rem; }
time[title] { cursor: help; }
svg { display: block; flex: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
main:focus { outline: none; }
[hidden] { display: none !important; }
.hush { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.hint { color: var(--soft); font-size: .9rem; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 9; background: var(--ink); color: var(--bg); padding: .5rem 1rem; border-radius: 6px; }
.skip:focus { top: .5rem; color: var(--bg); }

main, .top, .foot, .ribbon { width: min(100%, 78rem); margin-inline: auto; padding-inline: clamp(1rem, 3vw, 2rem); }
main { padding-block: 1.4rem 3rem; min-height: 70vh; }
.ribbon { width: 100%; background: var(--tint); color: var(--ink); text-align: center; padding-block: .45rem; font-size: .88rem;
  display: flex; flex-wrap: wrap; gap: .2rem 1rem; justify-content: center; }
.top { display: flex; align-items: center; gap: .5rem 1.6rem; padding-block: .9rem; flex-wrap: wrap; }
.home { text-decoration: none; color: var(--ink); }
.wordmark { display: inline-flex; align-items: center; gap: .45rem; font-weight: 720; font-size: 1.12rem; letter-spacing: -.03em; }
.wordmark svg { width: 1.65rem; height: 1.1rem; fill: none; stroke: var(--accent); stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
.top ul { display: flex; gap: .2rem; }
.top nav a { display: block; padding: .35rem .75rem; border-radius: 999px; text-decoration: none; color: var(--soft); font-weight: 550; }
.top nav a:hover { color: var(--ink); background: var(--sunk); }
.top nav a[aria-current] { color: var(--ink); background: var(--paper); box-shadow: inset 0 0 0 1px var(--line); }
.sites { margin-left: auto; position: relative; }
.sites summary { cursor: pointer; list-style: none; padding: .35rem 2rem .35rem .8rem; border-radius: 8px; border: 1px solid var(--line); background: var(--paper); max-width: 13rem; position: relative; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sites summary::-webkit-details-marker { display: none; }
.sites summary::after { content: "▾"; color: var(--soft); position: absolute; right: .8rem; }
.sites ul { position: absolute; right: 0; top: calc(100% + .35rem); z-index: 5; flex-direction: column; width: max-content; min-width: 12rem; max-width: min(24rem, 85vw); padding: .35rem;
  background: var(--paper); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); }
.top .sites a { border-radius: 7px; white-space: normal; }
.sign-out { margin-left: auto; } .sites + .sign-out { margin-left: 0; }
.sign-out button[type=submit] { background: none; border-color: transparent; color: var(--soft); font-weight: 450; font-size: .92rem; padding-inline: .5rem; }
.sign-out button[type=submit]:hover { filter: none; color: var(--ink); text-decoration: underline; text-underline-offset: .18em; }
.foot { width: calc(min(100%, 78rem) - 2 * clamp(1rem, 3vw, 2rem)); padding-inline: 0; display: flex; justify-content: space-between; align-items: center; gap: 1rem; flex-wrap: wrap; color: var(--soft); font-size: .86rem;
  padding-block: 1.2rem 2rem; border-top: 1px solid var(--line); }
.title { display: flex; align-items: center; gap: .6rem 1.4rem; flex-wrap: wrap; margin-bottom: 1.1rem; }

button, .button, input, select { font: inherit; color: inherit; }
button, .button { display: inline-block; border: 1px solid var(--line); background: var(--paper); border-radius: 8px; padding: .42rem .95rem; font-weight: 570;
  cursor: pointer; text-decoration: none; }
button:hover, .button:hover { border-color: var(--accent); color: var(--accent); }
button[type=submit] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button[type=submit]:hover { filter: brightness(1.08); color: var(--on-accent); }
button.quiet { background: none; border-color: transparent; color: var(--soft); font-weight: 450; }
input, select { width: 100%; border: 1px solid color-mix(in srgb, var(--soft) 55%, var(--line)); background: var(--paper); border-radius: 8px; padding: .42rem .65rem; min-height: 2.4rem; }
input[readonly] { background: var(--sunk); border-color: var(--line); color: var(--soft); }
input::placeholder { color: var(--soft); opacity: .85; }
label span { display: block; font-size: .82rem; color: var(--soft); margin-bottom: .2rem; }
dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--paper); color: var(--ink); padding: 1.5rem; min-width: 17rem; box-shadow: var(--shadow); }
dialog::backdrop { background: rgb(20 15 10 / .45); }
.keys { display: grid; grid-template-columns: auto 1fr; gap: .55rem 1.2rem; margin: 1rem 0 1.3rem; }
.status:empty { display: none; }
.status { color: var(--minus); font-size: .9rem; }
.tabs { display: flex; flex-wrap: wrap; gap: .25rem; padding: .22rem; background: var(--sunk); border-radius: 10px; }
.tabs a { display: block; padding: .22rem .8rem; border-radius: 7px; text-decoration: none; color: var(--soft); }
.tabs a[aria-current] { background: var(--paper); color: var(--ink); box-shadow: 0 1px 2px rgb(60 40 20 / .15); }
@media (max-width: 40rem) {
  [data-keys] { display: none; }
  .top { gap: .4rem 1rem; }
  .top nav[aria-label=Main] { order: 3; width: 100%; margin-inline: -.4rem; }
  .top nav a { padding-inline: .5rem; white-space: nowrap; font-size: .94rem; } .top nav[aria-label=Main] ul { flex-wrap: wrap; gap: 0; }
}
@media (prefers-reduced-motion: no-preference) {
  .live-row[data-fresh] { animation: arrive .5s ease-out; }
  @keyframes arrive { from { opacity: 0; background: var(--tint); } }
  .pulse::after { animation: pulse 2.4s ease-out infinite; }
  @keyframes pulse { from { transform: scale(.7); opacity: .55; } 70%, to { transform: scale(2.1); opacity: 0; } }
}
`
