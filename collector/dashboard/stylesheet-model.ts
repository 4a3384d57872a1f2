/** Model: rules, forms, the editor, and what a draft would change. */
export const modelStyles = `
.model .title .hint { flex: 1 1 12rem; }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); } .button.primary:hover { filter: brightness(1.08); }
.model-lead { max-width: 52rem; color: var(--soft); margin-bottom: 1.1rem; text-wrap: pretty; } .model-lead strong { color: var(--ink); font-weight: 600; }
.rules td, .rules th { vertical-align: top; } .rules small { display: block; }
.rules tr[aria-current] { background: color-mix(in srgb, var(--tint) 55%, transparent); }
.rule-what { min-width: 12rem; } .rule-what a { font-weight: 620; text-decoration: none; } .rule-what a:hover { text-decoration: underline; }
.rule-points { min-width: 11rem; max-width: 15rem; } .rule-points strong { font-weight: 640; } .rule-points small { text-wrap: balance; }
.rule-lately { display: flex; gap: .4rem .9rem; align-items: center; flex-wrap: wrap; }
.rule-lately dl > div { display: flex; gap: .5rem; font-size: .9rem; white-space: nowrap; } .rule-lately dt { color: var(--soft); min-width: 3.4rem; }
.spark { width: 5.75rem; height: 1.5rem; } .spark-area { fill: color-mix(in srgb, var(--heat-3) 22%, transparent); } .spark-line { fill: none; stroke: var(--heat-3); stroke-width: 1.6; }
.rule-silent { color: var(--soft); font-size: .9rem; border-left: 3px solid var(--heat-2); padding-left: .6rem; max-width: 14rem; text-wrap: pretty; }
.rule-newest a { font-weight: 560; } .rule-newest { min-width: 8rem; }
.rule-share { min-width: 8.5rem; } .rule-share span { font-weight: 600; } .rule-share .bar { width: 100%; height: .35rem; margin-block: .2rem; }
.chosen { display: grid; grid-template-columns: minmax(0, 1.5fr) repeat(auto-fit, minmax(12rem, 1fr)); gap: 1rem 1.8rem; padding: 1.1rem 1.2rem; margin-bottom: 1.1rem; scroll-margin-top: 1rem; }
.chosen-words { display: grid; gap: .55rem; align-content: start; } .chosen-words p { text-wrap: pretty; }
.chosen-newest { display: flex; flex-wrap: wrap; gap: .4rem 1.3rem; font-size: .93rem; } .chosen-newest small { display: block; }
.curve { margin: 0; min-width: 0; } .curve figcaption, .bands figcaption { font-size: .86rem; color: var(--soft); margin-bottom: .3rem; }
.curve svg { width: 100%; height: auto; border-bottom: 1px solid var(--line); } .curve-ends { display: flex; justify-content: space-between; font-size: .8rem; color: var(--soft); }
.curve summary, .bands summary { font-size: .84rem; color: var(--soft); cursor: pointer; } .curve table { width: 100%; font-size: .88rem; } .curve th { text-align: left; font-weight: 400; } .curve td { text-align: right; }
.versions > li { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; justify-content: space-between; align-items: center; padding: .9rem 1.15rem; border-top: 1px solid var(--line); }
.version-what { flex: 1 1 16rem; } .version strong { font-weight: 640; margin-right: .4rem; } .version[data-state=active] .stage { color: var(--plus); border-color: color-mix(in srgb, var(--plus) 45%, var(--line)); }
.version-do { display: flex; flex-wrap: wrap; gap: .45rem; } .version-do .button { font-size: .9rem; padding-block: .3rem; font-weight: 500; }
.compare { display: flex; flex-wrap: wrap; gap: .5rem .7rem; align-items: end; } .compare label { display: flex; align-items: center; gap: .5rem; } .compare label span { margin: 0; white-space: nowrap; } .compare select { width: auto; } .compare button { min-height: 2.4rem; }
.diff-space { padding: 0 1.15rem 1.1rem; display: grid; gap: .7rem; grid-template-columns: minmax(0, 1fr); }
.diff { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--sunk); font-size: .88rem; }
.diff ol { width: max-content; min-width: 100%; padding-block: .4rem; }
.diff li { display: grid; grid-template-columns: 2.6rem 2.6rem 1.6rem auto; position: relative; } .diff code { background: none; padding: 0 1rem 0 0; white-space: pre; overflow-wrap: normal; }
.diff-no, .diff-sign { text-align: right; color: var(--soft); padding-right: .6rem; font-family: var(--mono); user-select: none; } .diff-sign { text-align: center; font-weight: 700; color: inherit; }
.diff [data-kind=added] { background: color-mix(in srgb, var(--plus) 15%, transparent); } .diff [data-kind=removed] { background: color-mix(in srgb, var(--minus) 13%, transparent); } .diff [data-kind=removed] code { text-decoration: line-through; text-decoration-color: color-mix(in srgb, var(--minus) 45%, transparent); }
.back { padding: 1.1rem 1.2rem; margin-bottom: 1.1rem; display: grid; gap: .6rem; max-width: 46rem; } .back-form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; } .back-form label { flex: 1 1 16rem; } .back-form button, .back-form .button { min-height: 2.4rem; }

.edit-columns { display: grid; grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr); gap: 1.1rem; align-items: start; }
.edit-left, .form-sections { display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); }
.edit-right { padding: 1rem 1.15rem 1.2rem; position: sticky; top: .7rem; max-height: calc(100vh - 1.4rem); overflow-y: auto; display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
.ways { border: 0; margin: 0; } .ways button[type=submit] { background: none; border-color: transparent; color: var(--soft); padding: .22rem .8rem; font-weight: 450; border-radius: 7px; } .ways button[aria-current] { background: var(--paper); color: var(--ink); box-shadow: 0 1px 2px rgb(60 40 20 / .15); } .ways button[type=submit]:hover { color: var(--ink); filter: none; }
textarea { font: inherit; color: inherit; width: 100%; border: 1px solid color-mix(in srgb, var(--soft) 55%, var(--line)); background: var(--paper); border-radius: 8px; padding: .42rem .65rem; resize: vertical; }
.fields textarea, .file textarea { font: .88rem/1.55 var(--mono); tab-size: 2; }
.file textarea { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .8rem 1.15rem; white-space: pre; overflow-x: auto; } .file textarea[aria-invalid] { box-shadow: inset 3px 0 0 var(--minus); }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .5rem .7rem; align-items: end; } .fields.wide { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
.form-section > .fields { padding: .3rem 1.15rem 1.1rem; } .form-section summary { display: flex; flex-wrap: wrap; gap: .2rem 1rem; justify-content: space-between; align-items: baseline; padding: .95rem 1.15rem; cursor: pointer; } .form-section summary::before { content: "+"; font-weight: 700; color: var(--soft); } .form-section[open] summary::before { content: "−"; } .form-section summary h2 { margin-right: auto; }
.rule-fields { border: 0; border-top: 1px solid var(--line); margin: 0; padding: .75rem 1.15rem .9rem; position: relative; min-width: 0; scroll-margin-top: 1rem; } .rule-fields legend { float: left; width: 100%; padding: 0 5.5rem .35rem 0; font-weight: 600; } .rule-fields > .fields { clear: both; }
.rule-fields > button.plain { position: absolute; right: 1.15rem; top: .6rem; font-size: .84rem; min-height: 1.8rem; padding: .1rem .6rem; } .rule-fields:target { background: var(--tint); } .new-rule { background: var(--sunk); } .fields button.plain { min-height: 2.4rem; }
.publish { display: grid; gap: .6rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line); } .publish-do { display: flex; gap: .5rem; justify-content: flex-end; } .publish-do button { min-height: 2.4rem; }
.preview, .preview-found { display: grid; gap: .7rem; grid-template-columns: minmax(0, 1fr); } .preview-words { font-weight: 570; text-wrap: pretty; min-height: 3em; }
.preview [data-part]:empty, .preview ul:empty, .preview:not([data-state=ready]) .preview-found, .preview [data-part=excerpt]:empty { display: none; } .preview[aria-busy=true] .preview-found { opacity: .45; }
.problems { display: grid; gap: .6rem; } .problems li { border-left: 3px solid var(--minus); padding-left: .7rem; font-size: .93rem; } .warnings li { border-color: var(--heat-2); } .problems a { font-weight: 620; white-space: nowrap; } .problems code { display: block; margin-top: .2rem; font-size: .82rem; }
.moved-both { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .8rem; } .moved ul { max-height: 15rem; overflow-y: auto; font-size: .9rem; } .moved li { padding-block: .25rem; border-bottom: 1px solid var(--line); } .moved-points { display: block; color: var(--soft); font-size: .86rem; position: relative; }
.moved[data-people=gained] h3 { color: var(--plus); } .moved[data-people=lost] h3 { color: var(--minus); }
.facts-table { width: 100%; border-collapse: collapse; font-size: .9rem; } .facts-table caption { text-align: left; font-weight: 620; padding-bottom: .2rem; } .facts-table th { text-align: left; font-weight: 400; } .facts-table thead th { color: var(--soft); font-size: .82rem; } .facts-table td, .facts-table thead th + th { text-align: right; white-space: nowrap; } .facts-table td:last-child { font-weight: 620; } .facts-table tbody tr > * { border-top: 1px solid var(--line); padding-block: .28rem; } .facts-table:not(:has(td)) { display: none; }
.bands { margin: 0; } .bands svg { width: 100%; height: auto; } .bands text { font-size: 10px; fill: var(--soft); } .band-was { fill: var(--heat-4); opacity: .6; } .band-is { fill: var(--accent); } .bands-now::before, .bands-draft::before { content: ""; display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin: 0 .3em 0 .8em; background: var(--accent); } .bands-now::before { background: var(--heat-4); opacity: .6; }
@media (max-width: 62rem) {
  .edit-columns { grid-template-columns: minmax(0, 1fr); } .edit-right { position: static; max-height: none; } .chosen { grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); } .chosen-words { grid-column: 1 / -1; }
  .list.rules .rule-what, .list.rules .rule-when, .list.rules .rule-points { grid-column: 1 / -1; min-width: 0; max-width: none; } .list.rules .rule-newest, .list.rules .rule-share { min-width: 0; grid-column: 1 / -1; } .list.rules td:empty { display: none; }
}
@media (max-width: 46rem) { .fields { grid-template-columns: repeat(2, minmax(0, 1fr)); } .fields.wide { grid-template-columns: minmax(0, 1fr); } }
`
