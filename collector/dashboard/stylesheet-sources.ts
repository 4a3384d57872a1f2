/** Sources: the funnel by where people came from. */
export const sourcesStyles = `
.funnel { margin-bottom: 1.4rem; }
.funnel-body ol { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); }
.funnel-body li { display: grid; align-content: start; gap: .1rem; padding: .2rem .6rem .6rem 1.15rem; border-left: 1px solid var(--line); }
.funnel-body li:first-child { border-left: 0; }
.funnel-body li > span:first-child { color: var(--soft); font-size: .9rem; }
.funnel-body strong { font-size: 1.6rem; line-height: 1.25; font-weight: 660; letter-spacing: -.02em; }
.funnel-shape { width: 100%; height: 5.5rem; }
.funnel-shape path { fill: var(--accent); opacity: .34; }
.funnel-shape path:nth-child(2) { opacity: .48; } .funnel-shape path:nth-child(3) { opacity: .64; }
.funnel-shape path:nth-child(4) { opacity: .82; } .funnel-shape path:nth-child(5) { opacity: 1; }
.rate { display: block; font-size: .88rem; white-space: nowrap; }
.rate small { font-size: .95em; }
.rate[data-unsure] { color: var(--soft); }
.whisker { width: 4.5rem; height: .5rem; margin-block: .2rem .1rem; overflow: visible; }
.whisker path { stroke: var(--line); stroke-width: 1; }
.whisker .reach { stroke: color-mix(in srgb, var(--accent) 60%, var(--paper)); stroke-width: 2; stroke-linecap: round; }
.whisker circle { fill: var(--accent); stroke: var(--accent); stroke-width: 1.5; }
[data-unsure] .whisker circle { fill: var(--paper); }
[data-unsure] .reach { stroke-dasharray: 2 3; }
ul.facts { display: grid; gap: .25rem; color: var(--soft); font-size: .92rem; }
.funnel > .facts { padding: .8rem 1.15rem 0; }
.funnel-table { padding: .8rem 1.15rem 1rem; } .funnel-table summary, .meaning summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
.funnel-table table { border-collapse: collapse; margin-top: .6rem; }
.funnel-table th, .funnel-table td { text-align: left; font-weight: 400; padding: .2rem 1.4rem .2rem 0; }
.funnel-table thead th { color: var(--soft); font-size: .84rem; }
.divide { justify-content: space-between; margin-bottom: .8rem; }
.scroll:has(.sources) { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; }
.sources { width: 100%; border-collapse: collapse; }
.sources th, .sources td { text-align: left; padding: .6rem .8rem; vertical-align: top; font-weight: 400; }
.sources thead th { font-size: .82rem; color: var(--soft); white-space: nowrap; vertical-align: bottom; }
.sources thead a { text-decoration: none; }
.sources thead [data-on] { color: var(--ink); font-weight: 620; }
.by-rate { margin-left: .35rem; font-size: .95em; } .by-rate::before { content: "· "; }
.sources tbody th, .sources tbody td { border-top: 1px solid var(--line); }
.sources th:first-child { padding-left: 1.15rem; }
.sources tbody th { min-width: 10rem; max-width: 20rem; } .sources tbody th a { font-weight: 600; }
.sources tbody th small { display: block; }
.cell-visitors { min-width: 6.5rem; } .cell-visitors .bar { margin-top: .3rem; }
.cell-step { white-space: nowrap; } .cell-value { min-width: 5.5rem; }
.meaning { margin-top: 1.4rem; } .meaning ul { display: grid; gap: .4rem; padding: .7rem 0 0 1.1rem; list-style: disc; max-width: 46rem; color: var(--soft); font-size: .92rem; }
.teach pre { overflow-x: auto; padding: .7rem .9rem; background: var(--sunk); border-radius: 8px; white-space: pre-wrap; }
.empty + .teach { max-width: 46rem; margin-inline: auto; }
@media (max-width: 46rem) {
  .funnel-shape { display: none; }
  .funnel-body ol { grid-template-columns: minmax(0, 1fr); }
  .funnel-body li { border-left: 0; border-top: 1px solid var(--line); grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; align-items: center; padding: .5rem 1.15rem; }
  .funnel-body strong { font-size: 1.25rem; text-align: right; }
  .funnel-body .rate { text-align: left; } .funnel-body small:last-child { text-align: right; }
  .scroll:has(.sources) { border: 0; background: none; overflow: visible; }
  .sources, .sources tbody, .sources tbody tr, .sources tbody th, .sources tbody td { display: block; }
  .sources thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .sources tbody tr { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem .8rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; margin-bottom: .7rem; }
  .sources tbody th, .sources tbody td { border: 0; padding: 0; min-width: 0; max-width: none; }
  .sources tbody th { grid-column: 1 / -1; padding: 0 !important; } .cell-visitors { grid-column: 1 / -1; }
  .sources [data-none] { display: none !important; }
  .sources td::before { content: attr(data-label); display: block; color: var(--soft); font-size: .82rem; }
}
`
