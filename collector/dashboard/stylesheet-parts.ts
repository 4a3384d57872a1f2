/** Lists: live rows, tables that become cards, filters, the tag, and the pages with little on them. */
export const partStyles = `
.panel, .card, .teach { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; }
.panel { overflow: hidden; display: flex; flex-direction: column; }
.panel-head { display: flex; justify-content: space-between; align-items: baseline; gap: .3rem 1rem; flex-wrap: wrap; padding: .95rem 1.15rem .8rem; }
.panel-head p { color: var(--soft); font-size: .9rem; }
.panel-foot { display: flex; justify-content: space-between; gap: 1rem; padding: .6rem 1.15rem; font-size: .84rem; color: var(--soft); border-top: 1px solid var(--line); margin-top: auto; }
.columns { display: grid; grid-template-columns: minmax(0, 2.1fr) minmax(0, 1fr); gap: 1.1rem; }
.today { container-type: inline-size; }
.live-space { overflow-y: auto; overscroll-behavior: contain; border-top: 1px solid var(--line); }
.live-space { min-height: 20rem; max-height: 40rem; }
.live-space { display: grid; align-content: start; grid-template-columns: minmax(0, 1fr); }
.live-space:has(.blank:not([hidden])) { align-content: center; }
.live-row { height: 4rem; display: grid; align-items: center; gap: 0 .9rem; padding-inline: 1.15rem; border-bottom: 1px solid var(--line); position: relative; }
.live-row:last-child { border-bottom-color: transparent; }
.live-row { grid-template-columns: .6rem minmax(0, 1.25fr) minmax(0, 1.1fr) minmax(0, 1fr) 7.5rem 5.2rem; }
.live-row:hover, .list tbody tr:hover { background: color-mix(in srgb, var(--sunk) 55%, transparent); }
.who, .doing { min-width: 0; }
.who a, .who small, .doing span, .doing small, .device { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.who a { font-weight: 620; text-decoration: none; }
.who a::after { content: ""; position: absolute; inset: 0; }
.who a:focus-visible { outline: none; }
.who a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -3px; border-radius: 8px; }
.live-row[data-known=no] .who a { font-weight: 480; color: var(--soft); }
.device { color: var(--soft); font-size: .9rem; }
.ago { text-align: right; color: var(--soft); font-size: .88rem; white-space: nowrap; position: relative; }
.pulse { width: .55rem; height: .55rem; border-radius: 50%; background: var(--heat-4); position: relative; display: inline-block; }
.live-row[data-known=yes] .pulse { background: var(--plus); }
.seen[data-seen=no] .pulse::after { content: ""; position: absolute; inset: 0; border-radius: 50%; background: inherit; }
.blank { padding: 2.2rem 1.4rem; text-align: center; color: var(--soft); }
.blank strong { display: block; color: var(--ink); font-weight: 600; }

.score-mark { display: inline-grid; grid-template-columns: 1.2rem minmax(3.1rem, auto) 2.1rem; align-items: center; gap: .5rem; position: relative; }
.score-points { font-weight: 640; text-align: right; }
.grade { font-size: .8rem; font-weight: 620; text-align: center; padding: .05rem 0; border-radius: 5px; background: var(--sunk); color: var(--soft); }
.heat-bars { width: 1.2rem; height: .9rem; fill: currentColor; }
[data-heat="1"] { --heat: var(--heat-1); } [data-heat="2"] { --heat: var(--heat-2); }
[data-heat="3"] { --heat: var(--heat-3); } [data-heat="4"] { --heat: var(--heat-4); }
.heat-bars { color: var(--heat); }
.heat-bars[data-heat="2"] rect:nth-child(n+4), .heat-bars[data-heat="3"] rect:nth-child(n+3), .heat-bars[data-heat="4"] rect:nth-child(n+2) { opacity: .25; }
.score-mark[data-heat="1"] .grade { background: var(--tint); color: var(--accent); }
.stage { display: inline-block; font-size: .82rem; font-weight: 570; padding: .1rem .6rem; border-radius: 999px; border: 1px solid var(--line); white-space: nowrap; color: var(--soft); }
.stage[data-stage=mql], .stage[data-stage=sql], .stage[data-stage=opportunity] { color: var(--accent); border-color: color-mix(in srgb, var(--accent) 40%, var(--line)); }
.stage[data-stage=won] { color: var(--plus); border-color: color-mix(in srgb, var(--plus) 45%, var(--line)); }

.list { width: 100%; border-collapse: collapse; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; border-spacing: 0; border-collapse: separate; }
.list th, .list td { text-align: left; padding: .62rem .8rem; vertical-align: middle; font-weight: 400; }
.list tbody tr { position: relative; }
.list tbody th, .list tbody td { border-top: 1px solid var(--line); }
.list thead th { font-size: .82rem; color: var(--soft); white-space: nowrap; }
.list thead a { text-decoration: none; }
.list thead [aria-sort] a { color: var(--ink); font-weight: 620; }
.list th:first-child, .list td:first-child { padding-left: 1.15rem; }
.cell-who a { font-weight: 620; text-decoration: none; display: block; }
.cell-who a::after { content: ""; position: absolute; inset: 0; }
.cell-who a:focus-visible { outline: none; }
.cell-who a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 10px; }
th.cell-who { min-width: 11rem; }
.cell-who small { display: block; max-width: 18rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.cell-source, .cell-why { min-width: 7.5rem; text-wrap: balance; }
.cell-score { width: 9.6rem; white-space: nowrap; }
.cell-seen { white-space: nowrap; color: var(--soft); }
.cell-seen time { position: relative; }
.cell-source, .cell-device, .cell-page { font-size: .93rem; }
.cell-device, .then { color: var(--soft); }
.cell-device { white-space: nowrap; }
.filters { display: grid; grid-template-columns: minmax(12rem, 2fr) repeat(2, minmax(8rem, 1fr)) 6.5rem minmax(7rem, 1fr) auto; gap: .7rem; align-items: end; margin-bottom: 1rem; }
.filters button { min-height: 2.4rem; }
.chips { display: flex; flex-wrap: wrap; gap: .45rem; margin-bottom: 1rem; font-size: .9rem; }
.chips a { display: block; padding: .15rem .7rem; border-radius: 999px; background: var(--tint); text-decoration: none; }
.chips .clear { background: none; text-decoration: underline; }
.pager { display: flex; justify-content: flex-end; align-items: center; gap: .5rem 1.2rem; flex-wrap: wrap; margin-top: 1rem; color: var(--soft); font-size: .92rem; }
.pager > span:first-child { margin-right: auto; }
.pager .button { color: var(--ink); }
.pager:not(:has(*)) { display: none; }
.empty { text-align: center; max-width: 34rem; margin: 3rem auto; display: grid; gap: .8rem; justify-items: center; }
.empty p { color: var(--soft); text-wrap: pretty; }
.advice { padding: .7rem .9rem; border-left: 3px solid var(--accent); background: var(--tint); max-width: 46rem; margin-bottom: 1.2rem; }
.trouble-links { display: flex; flex-wrap: wrap; gap: .6rem; justify-content: center; margin-top: .4rem; }

.teach { padding: 1.3rem 1.4rem; margin-bottom: 1.1rem; display: grid; gap: .8rem; border-color: color-mix(in srgb, var(--accent) 45%, var(--line)); }
.tag-box { display: flex; align-items: stretch; gap: .6rem; min-width: 0; }
.tag-box pre { flex: 1; min-width: 0; background: var(--sunk); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; user-select: all; white-space: pre-wrap; line-height: 1.6; }
.tag-box .copy { min-width: 6rem; }
.steps { counter-reset: step; display: grid; gap: 1rem; max-width: 60rem; }
.steps > li { counter-increment: step; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1.2rem 1.4rem 1.3rem 4rem; position: relative; display: grid; gap: .75rem; }
.steps > li::before { content: counter(step); position: absolute; left: 1.3rem; top: 1.15rem; width: 1.7rem; height: 1.7rem; border-radius: 50%; display: grid; place-items: center; font-weight: 650; font-size: .9rem; background: var(--tint); color: var(--accent); }
.where { display: grid; grid-template-columns: minmax(9rem, auto) 1fr; gap: .5rem 1.4rem; }
.where dt { font-weight: 580; } .where dd { color: var(--soft); }
.where code { color: var(--ink); }
.seen { display: flex; align-items: center; gap: .3rem .8rem; flex-wrap: wrap; min-height: 3.2rem; background: var(--sunk); border-radius: 10px; padding: .6rem 1rem; font-weight: 570; }
.seen time, .seen > span:last-child { color: var(--soft); font-weight: 400; }
.seen [data-part=words] { flex: 1 1 10rem; }
.seen[data-seen=yes] .pulse { background: var(--plus); }
.check-form { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .7rem; align-items: end; }
.check-form button { min-height: 2.4rem; min-width: 6rem; }
.check-form .problem { grid-column: 1 / -1; }
.check-form .problem:empty, .check[data-state=none], .check .hint:empty, .check-facts:empty, .check-open:not(:has(> a:not([hidden]), noscript > a)) { display: none; }
.check-form [aria-invalid] { border-color: var(--minus); }
.check { display: grid; gap: .7rem; background: var(--sunk); border-radius: 10px; padding: .8rem 1rem .9rem; }
.check-words { display: flex; align-items: baseline; gap: .8rem; font-weight: 570; }
.check-words .pulse { flex: none; }
.check[data-state=waiting] .pulse::after, .check[data-state=late] .pulse::after { content: ""; position: absolute; inset: 0; border-radius: 50%; background: inherit; }
.check[data-state=works] .pulse { background: var(--plus); } .check[data-state=partly] .pulse { background: var(--heat-2); } .check[data-state=broken] .pulse { background: var(--minus); }
.check-open { display: flex; flex-wrap: wrap; gap: .5rem .6rem; }
.check > :not(.check-words) { margin-left: 1.35rem; }
.check-facts { display: grid; gap: .4rem; }
.check-facts li { text-wrap: pretty; display: grid; grid-template-columns: 1rem minmax(0, 1fr); gap: .5rem; }
.check-facts li::before { content: "•"; font-weight: 700; color: var(--soft); text-align: center; }
.check-facts [data-tone=good]::before { content: "✓"; color: var(--plus); }
.check-facts [data-tone=problem]::before { content: "!"; color: var(--minus); }
.bare main { min-height: 100vh; display: grid; place-items: center; }
.login { width: min(100%, 22rem); display: grid; gap: 1.2rem; }
.login h1 { text-align: center; }
.login .wordmark { font-size: 1.6rem; } .login .wordmark svg { width: 2.3rem; height: 1.5rem; }
.login-form { display: grid; gap: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; box-shadow: var(--shadow); }
.login-form button { min-height: 2.6rem; } .login > .button { text-align: center; }
.login-hints { color: var(--soft); font-size: .9rem; display: grid; gap: .5rem; text-align: center; text-wrap: balance; }
.policy { width: min(100%, 40rem); display: grid; gap: .7rem; text-wrap: pretty; }
.policy h2 { margin-top: .9rem; } .policy ul { display: grid; gap: .4rem; padding-left: 1.1rem; list-style: disc; }
.signal { display: block; background: var(--paper); border: 1px solid var(--line); border-left: 4px solid var(--soft); border-radius: 10px; padding: .8rem 1rem; }
.signal[data-gpc=true], .signal[data-dnt=true] { border-left-color: var(--plus); }
.problem { color: var(--minus); background: color-mix(in srgb, var(--minus) 10%, transparent); border-radius: 8px; padding: .55rem .8rem; }

@media (max-width: 62rem) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .filters { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .filters .grow, .filters button { grid-column: 1 / -1; }
}
@container (max-width: 46rem) {
  .live-row { grid-template-columns: .6rem minmax(0, 1fr) auto; grid-template-rows: auto auto; align-content: center; height: 5.2rem; gap: .1rem .8rem; }
  .live-row .pulse { grid-row: 1; } .live-row .device { display: none; }
  .live-row .who { grid-column: 2; grid-row: 1; } .live-row .score-mark { grid-column: 3; grid-row: 1; }
  .live-row .doing { grid-column: 2; grid-row: 2; display: flex; gap: .5rem; } .live-row .doing span, .live-row .doing small { font-size: .84rem; }
  .live-row .doing span { flex: 0 1 auto; } .live-row .doing small { flex: 1 1 0; min-width: 0; }
  .live-row .who small { display: none; } .live-row .ago { grid-column: 3; grid-row: 2; }
}
@media (max-width: 62rem) {
  .list, .list tbody, .list tbody tr, .list tbody th, .list tbody td { display: block; }
  .list { background: none; border: 0; }
  .list thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .list tbody tr { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; align-content: start; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .3rem .8rem; align-items: center; }
  .list tbody th, .list tbody td, .list th:first-child, .list td:first-child { border: 0; padding: 0; }
  .list .cell-who, .list .cell-source, .list .cell-why { min-width: 0; }
  .list .cell-who { grid-column: 1; grid-row: 1; } .list .cell-score { grid-column: 2; grid-row: 1; width: auto; }
  .list .cell-why, .list .cell-source, .list .cell-page { grid-column: 1 / -1; font-size: .92rem; }
  .list .cell-stage { grid-column: 1; grid-row: 2; }
  .list .cell-device { grid-column: 1; font-size: .86rem; } .list .cell-seen { grid-column: 2; } .list .cell-stage ~ .cell-seen { grid-row: 2; }
  .list .cell-seen { text-align: right; font-size: .86rem; }
  .list tbody { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .7rem; }
}
@media (max-width: 46rem) {
  .where { grid-template-columns: 1fr; gap: .1rem; } .where dd { margin-bottom: .6rem; }
  .steps > li { padding: 3.4rem 1.1rem 1.1rem; } .steps > li::before { left: 1.1rem; }
  .check-form { grid-template-columns: minmax(0, 1fr); } .check > :not(.check-words) { margin-left: 0; }
  .tag-box { flex-direction: column; } .tag-box .copy { padding-block: .55rem; }
}
`
