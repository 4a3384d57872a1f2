/** Settings: panels of rows and forms. */
export const settingsStyles = `
.settings { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; max-width: 60rem; }
.settings .title { margin-bottom: 0; }
.settings-panel { overflow: visible; }
.settings-body { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding: 1rem 1.15rem 1.15rem; border-top: 1px solid var(--line); }
.settings-form { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .8rem; align-items: end; background: var(--sunk); border-radius: 10px; padding: .9rem 1rem 1rem; }
.settings-form button { min-height: 2.4rem; } .settings-form input { height: 2.4rem; }
.settings-list:empty { display: none; }
.settings-row { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr) auto; gap: .5rem 1.2rem; align-items: center; padding-block: .7rem; border-bottom: 1px solid var(--line); }
.settings-row:first-child { padding-top: 0; } .settings-row:last-child { border-bottom: 0; padding-bottom: 0; }
.settings-who strong { font-weight: 620; display: block; }
.settings-facts { color: var(--soft); font-size: .93rem; }
.settings-role { display: flex; gap: .45rem; } .settings-role select { width: auto; flex: 1; min-width: 6.5rem; }
.settings-actions { display: flex; flex-wrap: wrap; gap: .45rem; justify-content: flex-end; align-items: start; }
button.plain, .button.plain, .sure summary { background: var(--paper); border-color: var(--line); color: var(--ink); font-weight: 500; font-size: .9rem; min-height: 2.1rem; padding-block: .3rem; }
button.plain:hover { color: var(--accent); border-color: var(--accent); filter: none; }
.settings-role button.plain { min-height: 2.4rem; }
.sure { position: relative; } .sure summary { list-style: none; } .sure summary::-webkit-details-marker { display: none; }
.sure form { position: absolute; right: 0; top: calc(100% + .3rem); z-index: 4; white-space: nowrap; box-shadow: var(--shadow); border-radius: 8px; }
.sure button[type=submit] { background: var(--minus); border-color: var(--minus); color: var(--paper); }
.notice { margin-bottom: 1.1rem; border-radius: 10px; padding: .8rem 1rem; background: color-mix(in srgb, var(--plus) 12%, var(--bg)); display: grid; gap: .5rem; font-weight: 570; }
.notice[data-tone=problem] { color: var(--minus); background: color-mix(in srgb, var(--minus) 10%, var(--bg)); }
/* A form leads back to its panel; what came of it stays in sight. */
.notice:not(:has(.notice-secret)) { position: sticky; top: .5rem; z-index: 6; box-shadow: var(--shadow); }
.notice ~ .settings .settings-panel { scroll-margin-top: 4.5rem; }
.notice-secret { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; } .notice-secret code { background: var(--paper); padding: .4rem .6rem; }
.login-title { display: block; font-size: 1.15rem; letter-spacing: 0; margin-top: .4rem; }
.settings-form textarea { font: inherit; font-family: var(--mono); font-size: .92em; width: 100%; color: inherit; background: var(--paper); border: 1px solid color-mix(in srgb, var(--soft) 55%, var(--line)); border-radius: 8px; padding: .5rem .65rem; resize: vertical; }
.site-form { grid-template-columns: minmax(0, 1fr) minmax(0, 1.4fr); align-items: start; } .site-form .choices { grid-column: 1 / -1; } .site-form button { justify-self: start; }
.choices { border: 0; margin: 0; padding: 0; display: grid; gap: .45rem; } .choices legend { padding: 0; font-size: .82rem; color: var(--soft); margin-bottom: .35rem; }
.choices div { display: grid; grid-template-columns: auto 5.4rem minmax(0, 1fr); gap: 0 .55rem; align-items: baseline; }
.choices input { width: auto; min-height: 0; height: auto; accent-color: var(--accent); } .choices label { font-weight: 570; }
.choices [type=checkbox] ~ label, .choices [type=checkbox] ~ small { grid-column: 2 / -1; }
.settings-site { border-bottom: 1px solid var(--line); padding-block: .9rem; } .settings-site:first-child { padding-top: 0; } .settings-site:last-child { border: 0; padding-bottom: 0; }
.settings-site .settings-row { border: 0; padding: 0; }
.settings-more { margin-top: .5rem; } .settings-more summary { cursor: pointer; color: var(--soft); font-size: .92rem; width: fit-content; } .settings-more[open] summary { margin-bottom: .6rem; }
.sure form[data-says] { white-space: normal; width: min(23rem, 82vw); background: var(--paper); border: 1px solid var(--line); padding: .9rem 1rem; display: grid; gap: .5rem; font-size: .92rem; }
.sure form button, .grave { justify-self: start; }
.settings-wide { overflow-x: auto; padding-block: 0; } .settings-body.settings-wide { padding-block: .4rem 1rem; }
.settings-table { width: 100%; border-collapse: collapse; font-size: .94rem; }
.settings-table th, .settings-table td { text-align: left; vertical-align: baseline; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
.settings-table thead th { color: var(--soft); font-size: .82rem; white-space: nowrap; } .settings-table tbody tr:last-child > * { border: 0; }
.settings-long { white-space: nowrap; font-weight: 570; }
.audit-when { white-space: nowrap; color: var(--soft); width: 7.5rem; } .audit th[scope=row] { font-weight: 600; } .audit-did { font-weight: 400; }
.audit [data-grave] .audit-did { color: var(--minus); font-weight: 570; }
.settings-ways, .settings-secrets { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .5rem 1.2rem; align-items: baseline; } .settings-secrets { grid-template-columns: minmax(0, 14rem) minmax(0, 1fr); } .settings-ways dt, .settings-secrets dt { color: var(--soft); font-size: .92rem; }
.settings-goes { columns: 2; gap: 2rem; font-weight: 570; } .settings-points { display: grid; gap: .3rem; padding-left: 1.1rem; list-style: disc; }
.settings-confirm { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: center; } button[type=submit].grave { background: var(--minus); border-color: var(--minus); color: var(--paper); }
@media (max-width: 46rem) {
  .site-form, .settings-ways, .settings-secrets { grid-template-columns: minmax(0, 1fr); } .choices div { grid-template-columns: auto minmax(0, 1fr); } .choices small { grid-column: 2; } .settings-goes { columns: 1; }
  .audit thead { display: none; } .audit tr { display: grid; padding-block: .6rem; border-bottom: 1px solid var(--line); } .audit th, .audit td { border: 0; padding: 0; }
  .kept thead { display: none; } .kept tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding-block: .6rem; border-bottom: 1px solid var(--line); } .kept th, .kept td { border: 0; padding: 0; }
  .kept th { font-weight: 570; } .kept td:last-child { grid-column: 1 / -1; color: var(--soft); }
  .settings-row { grid-template-columns: minmax(0, 1fr); } .settings-actions { justify-content: flex-start; gap: .35rem; }
  .settings-actions button.plain, .settings-actions summary.button { padding-inline: .55rem; font-size: .86rem; }
  .settings-actions { position: relative; } .sure:has([data-says]) { position: static; } .sure form { left: 0; right: auto; }
}
`
