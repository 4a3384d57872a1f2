/** One person: the sentence, the score, the receipt, the cards and the visits. */
export const personStyles = `
.person { display: grid; gap: 1.3rem; grid-template-columns: minmax(0, 1fr); }
.crumbs a { color: var(--soft); text-decoration: none; font-size: .92rem; }
.belongs { background: var(--tint); border-radius: 10px; padding: .6rem 1rem; }
.hero { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1.4rem 2.6rem; align-items: start; }
.hero-who { display: grid; gap: .7rem; }
.hero h1 { font-size: clamp(1.8rem, 4.5vw, 2.5rem); letter-spacing: -.035em; }
.sentence { font-size: clamp(1.08rem, 2.2vw, 1.28rem); line-height: 1.45; max-width: 40rem; text-wrap: pretty; }
.hero-facts { display: flex; flex-wrap: wrap; gap: .35rem 1.2rem; align-items: center; color: var(--soft); font-size: .9rem; }
.hero-score { display: grid; gap: .75rem; justify-items: end; }
.big { font-size: clamp(3.6rem, 9vw, 5.2rem); line-height: .9; font-weight: 720; letter-spacing: -.055em; color: var(--heat); }
.decimals { font-size: .4em; letter-spacing: -.02em; opacity: .85; font-weight: 600; }
.hero-score dl { display: flex; gap: 1.3rem; }
.hero-score dt { font-size: .78rem; color: var(--soft); }
.hero-score dd { font-weight: 600; display: flex; gap: .4rem; align-items: center; white-space: nowrap; min-height: 1.6rem; }
.big-grade { background: var(--tint); color: var(--accent); border-radius: 6px; padding: 0 .5rem; }
.person-columns { display: grid; grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr); gap: 1.2rem 1.8rem; align-items: start; }
.person-columns aside { display: grid; gap: 1rem; margin-top: .5rem; }
.person-columns > .timeline { container-type: inline-size; grid-column: 1 / -1; }

.receipt { --tooth: 12px; background: var(--paper); padding: 1.6rem clamp(1rem, 3vw, 1.8rem) 1.5rem; position: relative; filter: drop-shadow(0 1px 1px rgb(60 40 20 / .16)) drop-shadow(0 8px 18px rgb(60 40 20 / .08)); margin-block: .5rem; }
.receipt::before, .receipt::after { content: ""; position: absolute; left: 0; right: 0; height: calc(var(--tooth) / 2); background: conic-gradient(from 135deg at 50% 0, var(--paper) 90deg, transparent 0) 50% 0 / var(--tooth) 100%; }
.receipt::after { top: 100%; }
.receipt::before { bottom: 100%; transform: scaleY(-1); }
.receipt h2 { text-align: center; padding-bottom: .9rem; border-bottom: 1px dashed color-mix(in srgb, var(--soft) 55%, transparent); }
.receipt table { width: 100%; border-collapse: collapse; }
.receipt th, .receipt td { text-align: left; font-weight: 400; padding: .5rem 0; vertical-align: top; }
.receipt tbody tr:first-child > * { padding-top: .9rem; } .receipt tbody tr:last-child > * { padding-bottom: .9rem; }
.line-label { display: block; font-weight: 570; }
.receipt small { display: flex; flex-wrap: wrap; gap: 0 .4rem; }
.receipt small:empty { display: none; }
.line-last { white-space: nowrap; }
.line-last:not(:first-child)::before { content: "·"; margin-right: .4rem; }
.line-bar { width: 26%; padding-inline: 1rem !important; }
.bar { width: 100%; height: 6px; border-radius: 3px; }
.line-bar .bar { margin-top: .55rem; }
.bar-track { fill: var(--sunk); } .bar-plus { fill: var(--plus); opacity: .75; } .bar-minus { fill: var(--minus); opacity: .6; } .bar-fit { fill: var(--accent); }
.line-points { font-family: var(--mono); text-align: right !important; white-space: nowrap; width: 1%; font-weight: 570 !important; letter-spacing: -.02em; }
.line-points.minus { color: var(--minus); }
.line-cap th, .line-cap td { padding-top: 0; } .line-cap th { padding-left: 1.1rem; }
.line-cap .line-label { font-weight: 450; color: var(--soft); font-size: .92rem; }
.line-cap small { display: none; }
.line-cap .line-bar, .line-floor .line-bar { visibility: hidden; }
.receipt tfoot th, .receipt tfoot td { border-top: 3px double color-mix(in srgb, var(--ink) 65%, transparent); padding-top: .85rem; font-size: 1.25rem; font-weight: 700 !important; vertical-align: baseline; }
.receipt-foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .2rem 1rem; color: var(--soft); font-size: .82rem; margin-top: .8rem; padding-top: .8rem; border-top: 1px dashed color-mix(in srgb, var(--soft) 55%, transparent); }

.card { padding: 1.05rem 1.2rem 1.15rem; }
.card > h2 { margin-bottom: .7rem; }
.touches { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1.1rem 1.4rem; }
.touch { min-width: 0; } .touch h3 { font-size: .84rem; color: var(--soft); font-weight: 500; }
.touch-source { font-weight: 650; font-size: 1.04rem; }
.touch dl { margin-top: .5rem; display: grid; gap: .3rem; } .touch dt { font-size: .78rem; color: var(--soft); } .touch dd { font-size: .92rem; }
.fit-head { display: flex; gap: .9rem; align-items: center; margin-bottom: .8rem; } .fit-head strong, .fit-head small { display: block; }
.fit-letter { width: 2.7rem; height: 2.7rem; border-radius: 10px; display: grid; place-items: center; font-size: 1.45rem; font-weight: 720; background: var(--tint); color: var(--accent); }
.fit .hint { margin-top: .55rem; }
.identities { width: 100%; border-collapse: collapse; font-size: .92rem; }
.identities th, .identities td { text-align: left; font-weight: 400; padding: .45rem .7rem .45rem 0; vertical-align: top; }
.identities thead th { font-size: .78rem; color: var(--soft); padding-block: 0 .2rem; }
.identities tbody > tr > * { border-top: 1px solid var(--line); } .identities small { display: block; }
.identities tbody th { font-family: var(--mono); font-size: .86rem; white-space: nowrap; }
.identities td:last-child { padding-right: 0; color: var(--soft); white-space: nowrap; }
.facts { display: grid; gap: .45rem; } .facts div { display: grid; grid-template-columns: minmax(6rem, 34%) minmax(0, 1fr); gap: .8rem; }
.facts dt { color: var(--soft); }
.place { color: var(--soft); font-size: .93em; }

.timeline { margin-top: .8rem; } .timeline > .panel-head { padding-inline: 0; }
.sessions { display: grid; gap: .7rem; grid-template-columns: minmax(0, 1fr); }
.session { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; }
.session summary { cursor: pointer; list-style: none; }
.session summary::-webkit-details-marker { display: none; }
.session > details > summary { display: grid; grid-template-columns: 1rem minmax(0, 1fr) auto; gap: .15rem .8rem; padding: .75rem 1.2rem; align-items: center; background: color-mix(in srgb, var(--sunk) 45%, transparent); }
.session > details > summary::before, .rest > summary::before { content: ""; width: .5rem; height: .5rem; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); transition: transform .12s; }
.session > details[open] > summary::before, .rest[open] > summary::before { transform: rotate(45deg); }
.session > details > summary::before { grid-row: 1 / span 2; }
.session > details > summary:hover { background: var(--sunk); }
.session summary:focus-visible { outline-offset: -3px; border-radius: 13px; }
.session-head, .session-facts { grid-column: 2; display: flex; flex-wrap: wrap; gap: .1rem .9rem; align-items: baseline; }
.session-facts { color: var(--soft); font-size: .88rem; }
.session-length { color: var(--soft); }
.session-gist:empty { display: none; }
.session-source { color: var(--ink); }
.session-points { grid-column: 3; grid-row: 1 / span 2; font-family: var(--mono); font-weight: 600; color: var(--plus); }
.session-points.minus { color: var(--minus); }
.proof::before { content: ""; display: inline-block; width: .5rem; height: .5rem; border-radius: 50%; margin-right: .4rem; background: var(--plus); }
[data-proof=unproven] .proof::before { background: none; box-shadow: inset 0 0 0 1.5px var(--soft); }
[data-proof=bot] .proof::before { background: var(--minus); border-radius: 2px; }
.events { padding: .45rem 0; }
.event { display: grid; grid-template-columns: 3.4rem 1.1rem minmax(0, 1fr) minmax(0, auto) 5rem; gap: 0 .8rem; align-items: baseline; padding: .3rem 1.2rem; }
.offset { color: var(--soft); font-size: .85rem; text-align: right; }
.icon { width: 1rem; height: 1rem; fill: none; stroke: var(--soft); stroke-width: 1.3; stroke-linecap: round; stroke-linejoin: round; align-self: start; margin-top: .28rem; }
.event-cart .icon, .event-form .icon, .event-person .icon { stroke: var(--accent); }
.event-what { min-width: 0; } .event-what .place { margin-left: .5rem; }
.event-detail { color: var(--soft); font-size: .92em; }
.event-rules { color: var(--soft); font-size: .84rem; text-align: right; max-width: 27rem; }
.event-points { font-family: var(--mono); font-size: .9rem; text-align: right; font-weight: 560; color: var(--plus); }
.event-points.minus { color: var(--minus); }
.event-none { padding: .3rem 1.2rem; color: var(--soft); }
.rest > summary { display: flex; align-items: center; gap: .8rem; padding: .3rem 1.2rem .8rem 5.6rem; color: var(--soft); font-size: .92rem; }
.rest > summary:hover { color: var(--ink); }
.rest[open] > summary { padding-bottom: .2rem; }
@container (max-width: 56rem) {
  .event { grid-template-columns: 3rem 1.1rem minmax(0, 1fr) auto; }
  .event-rules { grid-column: 3; grid-row: 2; text-align: left; max-width: none; }
  .event-rules:empty { display: none; }
  .event-points { grid-column: 4; grid-row: 1; }
}
@media (max-width: 62rem) {
  .hero, .person-columns { grid-template-columns: minmax(0, 1fr); }
  .hero-score { justify-items: start; }
}
@media (max-width: 46rem) {
  .big-grade { justify-self: start; width: fit-content; }
  .hero-score dl { display: grid; grid-template-columns: repeat(2, auto); justify-content: start; gap: .5rem 2.2rem; }
  .line-bar { width: 0; padding: 0 !important; } .line-bar .bar { display: none; }
  .line-points { padding-left: .6rem !important; }
  .event { padding-inline: .9rem; grid-template-columns: 2.6rem minmax(0, 1fr) auto; gap: 0 .6rem; }
  .event .icon, .event-page .place { display: none; }
  .event .event-rules { grid-column: 2 / -1; } .event .event-points { grid-column: 3; }
  .session > details > summary { padding-inline: .9rem; }
  .rest > summary { padding-left: 1.1rem; }
  .session > details > summary { grid-template-columns: .8rem minmax(0, 1fr) auto; }
  .session-points { grid-row: 1; align-self: start; }
  .session-head { padding-right: 0; } .session-gist { width: 100%; }
  .session-facts { grid-column: 2 / -1; }
  .facts div { grid-template-columns: 1fr; gap: 0; }
}
`
