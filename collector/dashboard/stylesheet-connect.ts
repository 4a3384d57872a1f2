/** Connect: where the tag goes, and what flows in and out. */
export const connectStyles = `
.connect > .title .tabs { margin-left: auto; }
.glance { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; margin-bottom: 1.1rem; }
.glance > div { background: var(--paper); padding: .75rem 1.1rem .85rem; position: relative; }
.glance dt { font-size: .82rem; color: var(--soft); }
.glance dd { font-weight: 620; }
.glance-more { color: var(--heat-2); }
.glance dd[data-tone=good]::before { content: "✓ "; color: var(--plus); }
.glance dd[data-tone=problem]::before { content: "! "; color: var(--minus); }
.steps { max-width: none; }
.steps .tabs, .flow > .tabs, .settings-body > .tabs { justify-self: start; }
.link-form { grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); } .link-form button { justify-self: start; white-space: nowrap; }
.install { display: grid; gap: .5rem; }
.connect .tag-box { align-items: start; }
.connect .tag-box .copy { min-height: 3.1rem; }
.notes { display: grid; gap: .35rem; color: var(--soft); font-size: .9rem; list-style: disc; padding-left: 1.1rem; text-wrap: pretty; }
.notes code { color: var(--ink); }
.developers { margin-top: 1rem; }
.developers summary, .flow summary, .settings-row summary:not(.button) { cursor: pointer; }
.developers > summary { padding: .95rem 1.15rem; font-weight: 600; }
.developers-body { display: grid; gap: .8rem; padding: 0 1.15rem 1.15rem; text-wrap: pretty; }
.developers .sure { justify-self: start; } .developers .sure form { position: static; margin-top: .5rem; box-shadow: none; }
.incoming { display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); }
.flow, .waiting .settings-list { display: grid; grid-template-columns: minmax(0, 1fr); gap: .8rem; padding: 1rem 1.15rem 1.15rem; border-top: 1px solid var(--line); }
.incoming .blank { border-top: 1px solid var(--line); padding-block: 1.8rem; text-wrap: pretty; }
.flow-bars { width: 100%; height: 6.5rem; fill: var(--heat-3); border-bottom: 1px solid var(--line); }
.flow-axis { display: flex; justify-content: space-between; gap: 1rem; font-size: .84rem; color: var(--soft); margin-top: -.4rem; }
.flow .scroll { overflow-x: auto; margin-top: .6rem; }
.plain-table { border-collapse: collapse; width: 100%; font-size: .92rem; }
.plain-table th, .plain-table td { text-align: right; padding: .3rem .7rem; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; }
.plain-table thead th { color: var(--soft); font-size: .84rem; } .plain-table th:first-child { text-align: left; }
.reasons { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: .8rem; }
.reasons li { background: var(--sunk); border-radius: 10px; padding: .8rem 1rem; display: grid; gap: .3rem; align-content: start; font-size: .93rem; text-wrap: pretty; }
.reasons code { background: var(--paper); }
.reason-head { display: flex; justify-content: space-between; gap: 1rem; font-size: 1rem; } .reason-head strong { font-weight: 620; }
.reason-count { font-weight: 680; white-space: nowrap; }
.refused { border-top: 1px solid var(--line); }
.refused-row { border-bottom: 1px solid var(--line); }
.refused-row summary { padding-block: .5rem; } .refused-row strong { font-weight: 560; }
.refused-row summary span { color: var(--soft); margin-left: .4rem; }
.refused-row summary time { float: right; color: var(--soft); margin-left: .5rem; font-size: .9rem; white-space: nowrap; }
.export .settings-form { grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 14rem)); }
.download { color: var(--accent); border-color: color-mix(in srgb, var(--accent) 45%, var(--line)); }
.download::before { content: "↓ "; }
.export .settings-row { grid-template-columns: 5rem minmax(0, 1fr) auto; }
.connect details pre:not(.tag-box pre) { background: var(--sunk); border-radius: 10px; padding: .7rem .9rem; margin-block: .5rem .8rem; white-space: pre-wrap; font-size: .86rem; }
.site-keys { grid-template-columns: minmax(9rem, auto) minmax(0, 1fr); gap: .5rem 1.4rem; } .site-keys dd { color: var(--soft); } .site-keys code { color: var(--ink); }
@media (max-width: 46rem) {
  .connect > .title .tabs { margin-left: 0; }
  .glance { grid-template-columns: repeat(2, minmax(0, 1fr)); } .glance > div { padding: .6rem .8rem .7rem; }
  .site-keys { grid-template-columns: minmax(0, 1fr); gap: .1rem; } .site-keys dd { margin-bottom: .5rem; }
  .connect .tag-box .copy { min-height: 0; } .export .settings-row { grid-template-columns: minmax(0, 1fr); }
}
`
