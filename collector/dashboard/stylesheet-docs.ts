/** The reference of the API, and the pages of its problems. */
export const docsStyles = `
.docs { width: min(100%, 96rem); margin-inline: auto; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
.docs-top { width: min(100%, 96rem); border-bottom: 1px solid var(--line); }
.docs-top .button { margin-left: auto; } .docs-top .to-contents { display: none; }
.docs > main { width: 100%; max-width: none; padding-block: 1.6rem 6rem; }
.docs .contents { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 1.4rem .8rem 3rem clamp(1rem, 3vw, 2rem); border-right: 1px solid var(--line); font-size: .87rem; }
.contents h2 { font-size: .84rem; margin: 1.1rem 0 .25rem; } .contents h2:first-child { margin-top: 0; }
.contents a { display: flex; gap: .3rem; align-items: baseline; padding: .16rem .4rem; border-radius: 6px; text-decoration: none; color: var(--soft); }
.contents h2 a { color: var(--ink); padding-inline: 0; } .contents a:hover { color: var(--ink); background: var(--sunk); }
.docs [data-method] { font: 650 .68rem/1 var(--mono); letter-spacing: .02em; flex: none; min-width: 3.2em; color: var(--heat-3); }
.docs [data-method=post] { color: var(--plus); } .docs [data-method=patch], .docs [data-method=put] { color: var(--heat-2); } .docs [data-method=delete] { color: var(--minus); }
.prose { max-width: 46rem; display: grid; gap: .8rem; padding-block: 1.6rem; text-wrap: pretty; }
.prose > *, .operation > *, .samples > * { min-width: 0; }
.prose h2, .operation h3, .object h3 { scroll-margin-top: 1rem; } .prose h2 { font-size: 1.35rem; letter-spacing: -.015em; }
.prose h2 a, .operation h3 a, .object h3 a { text-decoration: none; } .prose h2 a:hover::after, .operation h3 a:hover::after, .object h3 a:hover::after { content: " #"; color: var(--soft); }
.operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem 2.4rem; padding-block: 1.8rem; border-top: 1px solid var(--line); }
.operation > div { display: grid; gap: .7rem; align-content: start; }
.operation h3 { font-size: 1.08rem; } .operation h4 { font-size: .84rem; color: var(--soft); font-weight: 620; margin: .5rem 0 0; }
.operation .route { display: flex; gap: .5rem; align-items: baseline; flex-wrap: wrap; } .route [data-method] { font-size: .82rem; min-width: 0; }
.docs pre, .problem-page pre { background: var(--sunk); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; overflow: auto; max-height: 26rem; font-size: .82rem; line-height: 1.55; white-space: pre; overflow-wrap: normal; tab-size: 2; }
.answered { font-size: .9rem; }
.api-fields { display: grid; } .api-fields > div { border-top: 1px solid var(--line); padding-block: .5rem; } .api-fields > div:target { background: var(--tint); }
.api-fields dd { color: var(--soft); font-size: .92rem; } .api-fields .api-fields { border-left: 2px solid var(--line); padding-left: .8rem; margin-top: .4rem; }
.api-fields dt > code { color: var(--ink); font-weight: 600; } .api-fields .needed { color: var(--accent); }
.object { display: grid; gap: .5rem; padding-block: .9rem; }
.operation:target, .object:target { box-shadow: -4px 0 0 var(--accent); padding-left: .9rem; margin-left: -.9rem; }
.problem-page { width: min(100%, 50rem); } .problem-page .prose { padding-block: .6rem; }
@media (max-width: 75rem) { .operation { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 52rem) {
  .docs { display: flex; flex-direction: column; } .docs > main { padding-bottom: 2rem; }
  .docs .contents { order: 2; position: static; max-height: none; border-right: 0; border-top: 1px solid var(--line); padding-inline: clamp(1rem, 3vw, 2rem); font-size: 1rem; }
  .contents a { padding-block: .45rem; } .docs-top .to-contents { display: inline; } .docs-top > span { display: none; } .docs-top { position: sticky; top: 0; background: var(--bg); z-index: 2; }
  .docs [id] { scroll-margin-top: 4.5rem; }
}
`
