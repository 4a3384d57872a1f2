/** Import: the form, its tables and what would change. */
export const importStyles = `
.import-form { display: grid; grid-template-columns: minmax(0, 26rem) max-content minmax(0, 1fr); gap: .6rem .8rem; align-items: end; background: var(--sunk); border-radius: 10px; padding: .9rem 1rem 1rem; }
.import-form .problem, .import-form .hint { grid-column: 1 / -1; } .import-form button { min-height: 2.6rem; }
.import-scroll { overflow-x: auto; } .import-scroll pre { background: var(--sunk); border-radius: 10px; padding: .7rem .9rem; font-size: .88rem; width: max-content; min-width: 100%; }
.import-title { font-size: 1.3rem; letter-spacing: -.01em; }
.import-why { font-size: 1.05rem; max-width: 46rem; text-wrap: pretty; }
.import-ways { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: .4rem 2rem; align-items: start; }
.import-table { width: 100%; border-collapse: collapse; font-size: .93rem; }
.import-table th, .import-table td { text-align: left; vertical-align: baseline; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
.import-table thead th { color: var(--soft); font-size: .84rem; white-space: nowrap; } .import-table tbody tr:last-child > * { border: 0; }
.import-table tbody th { font-weight: 570; } .import-table code { white-space: nowrap; }
.import-ways td:last-child { overflow-wrap: normal; } .import-ways section:first-child td:last-child { white-space: nowrap; } .import-when { white-space: nowrap; }
.import-moves { display: flex; flex-wrap: wrap; gap: .5rem; } .import-moves li { background: var(--sunk); border-radius: 999px; padding: .2rem .85rem; } .import-moves strong { font-weight: 660; }
.import-do { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; } .import-do button, .import-do .button { min-height: 2.4rem; } .import-do .button { display: inline-flex; align-items: center; gap: .4rem; } .import-do > a:first-child:not(.plain) { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.import-problems { gap: .55rem; font-size: .95rem; text-wrap: pretty; } .import-problems strong { font-weight: 620; white-space: nowrap; } .import-problems span { color: var(--soft); overflow-wrap: anywhere; } .import-problems span:not(:empty)::after { content: ":"; }
@media (max-width: 46rem) { .import-form, .import-ways { grid-template-columns: minmax(0, 1fr); } .import-ways section:first-child table { min-width: 31rem; } .import-scroll [data-part=rows] { min-width: 44rem; } }
`
