/** Today: who waits, who heats up and cools down, who is here. */
export const todayStyles = `
/* A row keeps its two lines when one of them has nothing to say: nothing moves when it has again. */
.live-row small:empty::before { content: "\\00a0"; }
.today-summary { color: var(--soft); display: flex; flex-wrap: wrap; gap: 0 .5rem; }
.today-summary strong { color: var(--ink); font-weight: 570; }
.today-summary span::before { content: "·"; margin-right: .5rem; }
.today-columns { align-items: start; grid-template-rows: auto 1fr; grid-template-columns: minmax(0, 2.45fr) minmax(0, 1fr); }
.today-side { display: grid; gap: 1.1rem; grid-row: span 2; grid-template-columns: minmax(0, 1fr); }
.panel-head .panel-hint { width: 100%; font-size: .86rem; margin-top: -.2rem; }
.count { display: inline-block; min-width: 1.5rem; margin-left: .15rem; padding: 0 .4rem; border-radius: 999px; background: var(--sunk); color: var(--soft); font-size: .85rem; text-align: center; font-weight: 600; }
.queue { overflow: visible; position: relative; border-color: color-mix(in srgb, var(--accent) 35%, var(--line)); }
.queue h2 .count { background: var(--tint); color: var(--accent); }
.news { position: absolute; right: 1rem; top: -.85rem; z-index: 2; padding: .15rem .8rem; border-radius: 999px; background: var(--accent); color: var(--on-accent); font-size: .88rem; font-weight: 570; text-decoration: none; } .news:hover { color: var(--on-accent); filter: brightness(1.08); } .news[data-new=no] { visibility: hidden; }
.queue .blank, .short-rows + .blank, .panel-head + .blank { border-top: 1px solid var(--line); }
.queue-row { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr) auto auto; gap: 0 1rem; align-items: center; padding: .6rem 1.15rem; border-top: 1px solid var(--line); position: relative; min-height: 4rem; }
.queue-row:hover, .short-row:hover { background: color-mix(in srgb, var(--sunk) 55%, transparent); }
.queue-why { min-width: 0; } .queue-why strong { display: block; font-weight: 500; font-size: .94rem; }
.queue-why [data-raise=yes] { color: var(--accent); font-weight: 620; }
.queue-why small { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.queue-score { text-align: right; white-space: nowrap; }
.queue-score small { display: block; position: relative; width: fit-content; margin-left: auto; }
.queue-actions { display: flex; gap: .35rem; position: relative; z-index: 1; }
.queue-actions:has([open]) { z-index: 3; }
.queue-actions button.plain, .menu > summary { padding: .3rem .7rem; font-size: .88rem; min-height: 2.1rem; white-space: nowrap; font-weight: 500; }
.queue-actions button.accept { background: var(--tint); border-color: color-mix(in srgb, var(--accent) 40%, var(--line)); color: var(--accent); font-weight: 620; }
.queue-actions button.accept:hover { background: var(--accent); color: var(--on-accent); }
.menu { position: relative; } .menu > summary { list-style: none; } .menu > summary::-webkit-details-marker { display: none; }
.menu > summary::after { content: "▾"; margin-left: .35rem; color: var(--soft); }
.menu-list { position: absolute; right: 0; top: calc(100% + .3rem); min-width: 13rem; padding: .3rem; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); }
.menu-list button.plain { width: 100%; text-align: left; border-color: transparent; background: none; }
.menu-list button.plain:hover { background: var(--sunk); }
.menu-list form:last-child { border-top: 1px solid var(--line); margin-top: .3rem; padding-top: .3rem; }
.queue-held { border-top: 1px solid var(--line); } .queue-held > summary { cursor: pointer; padding: .6rem 1.15rem; color: var(--soft); font-size: .92rem; }
.short-row { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .8rem; align-items: center; padding: .5rem 1.15rem; border-top: 1px solid var(--line); position: relative; }
.short-row .who a, .short-row .who small { white-space: normal; text-wrap: pretty; }
.short-end .plus, .short-end .minus { font-weight: 640; }
.short-end { text-align: right; white-space: nowrap; } .short-end strong, .short-end small { display: block; }
.short-end strong { font-weight: 570; font-size: .94rem; } .short-end small time { position: relative; }
.short-end .plus { color: var(--plus); } .short-end .minus { color: var(--minus); }
.today .short-rows + *, .today .panel > .blank { padding: 1.3rem 1.15rem; font-size: .93rem; }
/* As high as it is, whoever comes and goes: nothing below it moves. */
.live { align-self: stretch; }
.live .live-space { flex: 1 1 20rem; height: 0; min-height: 20rem; max-height: none; }
.live-space:focus-visible { outline-offset: -3px; }
.live-row[data-known=yes] { background: linear-gradient(90deg, color-mix(in srgb, var(--plus) 9%, transparent), transparent 40%); }
.live-row[data-here=no] .pulse { background: none; box-shadow: inset 0 0 0 1.5px var(--heat-4); }
.live-row[data-here=no] .pulse::after { display: none; }
.live-row .doing span { font-weight: 500; } .live-row[data-here=no] .doing span { font-weight: 400; color: var(--soft); }
.live .panel-foot { min-height: 2.1rem; border-top: 0; padding-block: .4rem; }
@container (min-width: 46.01rem) { .live-row { grid-template-columns: .6rem minmax(0, 1.1fr) minmax(0, 1.3fr) minmax(0, 1fr) 7.5rem 4.7rem; } }
.notice:has(form) { grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: .5rem 1rem; }
@media (max-width: 62rem) { .today-columns { grid-template-rows: none; grid-template-columns: minmax(0, 1fr); } .today-side { grid-row: auto; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); align-items: start; } }
@media (max-width: 46rem) {
  .today-summary { display: block; } .today-summary span { display: block; } .today-summary span::before { display: none; }
  .queue-row { grid-template-columns: minmax(0, 1fr) auto; gap: .35rem .8rem; }
  .queue-why { grid-column: 1 / -1; grid-row: 2; } .queue-actions { grid-column: 1 / -1; flex-wrap: wrap; }
  .queue-actions .menu { margin-left: auto; }
}
`
