/** Webhooks: what settings have not. */
export const webhookStyles = `
.hook-address { grid-column: span 2; } .hook-address ~ button { justify-self: start; white-space: nowrap; }
.hook-events { border: 0; margin: 0; padding: 0; grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0 1.1rem; }
.hook-events legend { padding: 0; font-size: .88rem; color: var(--soft); }
.hook-events label { display: inline-flex; gap: .45rem; align-items: center; min-height: 2rem; color: var(--ink); }
.hook-events span { margin: 0; } .hook-events input { width: auto; height: auto; min-height: 0; margin: 0; accent-color: var(--accent); }
.hook-wide, .hook-buttons { grid-column: 1 / -1; } .hook-buttons { display: flex; flex-wrap: wrap; gap: .5rem; } .hook-events legend { margin-bottom: .1rem; }
.hook-preview { background: var(--sunk); border-radius: 10px; padding: .9rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .92rem; } #example-title { font-size: .95rem; margin-bottom: .4rem; }
.hook-fields { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; font-size: .92rem; } .hook-fields dd { margin: 0; color: var(--soft); }
.hook-replay { grid-template-columns: minmax(0, 11rem) minmax(0, 13rem) max-content; }
.stage[data-state=good] { color: var(--plus); border-color: color-mix(in srgb, var(--plus) 45%, var(--line)); }
.stage[data-state=bad] { color: var(--minus); border-color: color-mix(in srgb, var(--minus) 45%, var(--line)); }
.hook-steps { display: grid; gap: .4rem; padding-left: 1.2rem; list-style: decimal; color: var(--soft); }
.settings-panel > .settings-body:first-child { border-top: 0; }
.hook-list .settings-row { grid-template-columns: minmax(0, 1fr) minmax(0, 1.6fr) 7.5rem; }
@media (max-width: 46rem) { .hook-fields, .hook-replay { grid-template-columns: minmax(0, 1fr); } .hook-fields dd { margin-bottom: .4rem; } .hook-list .settings-row { grid-template-columns: minmax(0, 1fr); } .hook-address { grid-column: 1 / -1; } }
`
