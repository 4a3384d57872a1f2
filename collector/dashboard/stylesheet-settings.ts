/** Settings: panels of rows and forms. */
export const settingsStyles = `
.settings { display: grid; gap: 1.1rem; max-width: 60rem; }
.settings .title { margin-bottom: 0; }
.settings-panel { overflow: visible; }
.settings-body { display: grid; gap: 1rem; padding: 1rem 1.15rem 1.15rem; border-top: 1px solid var(--line); }
.settings-form { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .8rem; align-items: end; background: var(--sunk); border-radius: 10px; padding: .9rem 1rem 1rem; }
.settings-form button { min-height: 2.4rem; } .settings-form input { height: 2.4rem; }
.settings-list:empty { display: none; }
.settings-row { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr) auto; gap: .5rem 1.2rem; align-items: center; padding-block: .7rem; border-bottom: 1px solid var(--line); }
.settings-row:first-child { padding-top: 0; } .settings-row:last-child { border-bottom: 0; padding-bottom: 0; }
.settings-who strong { font-weight: 620; display: block; }
.settings-facts { color: var(--soft); font-size: .93rem; }
.settings-role { display: flex; gap: .45rem; } .settings-role select { width: auto; flex: 1; min-width: 6.5rem; }
.settings-actions { display: flex; flex-wrap: wrap; gap: .45rem; justify-content: flex-end; align-items: start; }
button.plain, .sure summary { background: var(--paper); border-color: var(--line); color: var(--ink); font-weight: 500; font-size: .9rem; min-height: 2.1rem; padding-block: .3rem; }
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
@media (max-width: 46rem) {
  .settings-row { grid-template-columns: minmax(0, 1fr); } .settings-actions { justify-content: flex-start; gap: .35rem; }
  .settings-actions button.plain, .settings-actions summary.button { padding-inline: .55rem; font-size: .86rem; }
  .sure form { left: 0; right: auto; }
}
`
