/** The list of leads: columns, sparklines, saved views. */
export const leadsStyles = `
.title nav { min-width: 0; }
.filters { grid-template-columns: minmax(11rem, 2fr) repeat(2, minmax(7.5rem, 1fr)) 6rem repeat(2, minmax(7rem, 1fr)) auto; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-bottom: .8rem; }
.tally { margin-right: auto; } .tally strong { margin-right: .6rem; }
.tools .button { font-size: .9rem; padding: .28rem .8rem; }
.tools .menu { position: relative; }
.tools .menu summary { list-style: none; cursor: pointer; } .tools .menu summary::-webkit-details-marker { display: none; }
.tools .menu summary::after { content: "▾"; color: var(--soft); margin-left: .45rem; }
.tools .menu > :not(summary) { position: absolute; right: 0; top: calc(100% + .35rem); z-index: 6; width: min(19rem, 86vw); padding: .9rem 1rem; display: grid; gap: .7rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.tools .menu fieldset { border: 0; margin: 0; padding: 0; display: grid; grid-template-columns: 1fr 1fr; gap: .1rem .8rem; }
.tools .menu legend { padding: 0 0 .4rem; color: var(--soft); font-size: .86rem; }
.choice { display: flex; align-items: center; gap: .5rem; min-height: 1.75rem; cursor: pointer; font-size: .93rem; }
.choice input { flex: none; width: 1rem; min-height: 0; height: 1rem; accent-color: var(--accent); }
.menu-foot { display: flex; align-items: center; gap: 1rem; font-size: .92rem; }
.tools .menu form + form { border-top: 1px solid var(--line); padding-top: .7rem; }

.leads th, .leads td { padding: .42rem .6rem !important; }
.leads th:first-child { padding-left: 1.15rem !important; }
.leads .head-score, .leads .head-change, .cell-change { text-align: right; }
.lead-score { display: grid; grid-template-columns: 1.2rem minmax(2.7rem, auto); gap: 0 .45rem; align-items: center; justify-content: end; }
.lead-score small { grid-column: 1 / -1; text-align: right; font-size: .76rem; line-height: 1.2; white-space: nowrap; }
.lead-score small:empty { display: none; }
.cell-grade .grade { display: inline-block; min-width: 2.1rem; } .cell-grade .grade[data-heat="1"] { background: var(--tint); color: var(--accent); }
.cell-trend .spark { width: 6.25rem; height: 1.625rem; overflow: visible; position: relative; }
.cell-trend .spark path { fill: none; stroke: var(--heat); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
.cell-trend .spark circle { fill: var(--heat); stroke: var(--paper); stroke-width: 1; }
.change { position: relative; font-weight: 570; white-space: nowrap; } .change.plus { color: var(--plus); } .change.minus { color: var(--minus); } .change.same { color: var(--soft); font-weight: 400; }
.leads .cell-why, .leads .cell-source { min-width: 10rem; } .leads .cell-why, .leads .cell-source, .cell-more { font-size: .88rem; line-height: 1.3; }
.two-lines { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.cell-more { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.leads th.cell-who { min-width: 10.5rem; } .leads .cell-who small { max-width: 15rem; }
.leads .cell-seen { font-size: .9rem; }
.card-only { display: none; }
.wide { overflow-x: auto; border-radius: 14px; }
@media (max-width: 62rem) {
  .filters { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .card-only { display: inline; color: var(--soft); }
  .leads th, .leads td, .leads th:first-child { padding: 0 !important; }
  .list.leads tbody tr { grid-template-columns: minmax(0, 1fr) auto auto; }
  .list.leads .cell-who { grid-column: 1; grid-row: 1; } .list.leads .cell-grade { grid-column: 2; grid-row: 1; } .list.leads .cell-score { grid-column: 3; grid-row: 1; width: auto; }
  .list.leads .cell-trend { grid-column: 1; grid-row: 2; } .list.leads .cell-change { grid-column: 2 / -1; grid-row: 2; font-size: .9rem; }
  .list.leads .cell-stage { grid-column: 1; grid-row: 3; } .list.leads .cell-seen { grid-column: 2 / -1; grid-row: 3; }
  .list.leads .cell-why, .list.leads .cell-source, .list.leads .cell-more { grid-column: 1 / -1; min-width: 0; max-width: none; white-space: normal; }
  .lead-score { justify-content: end; }
  .tools .menu { position: static; } .tools { position: relative; } .tools .menu > :not(summary) { left: 0; right: auto; }
}
`
