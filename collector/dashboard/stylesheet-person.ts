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
.hero-links { display: flex; flex-wrap: wrap; gap: .5rem; } .hero-links .button { font-size: .9rem; padding-block: .25rem; font-weight: 500; }
.person-columns { display: grid; grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr); gap: 1.2rem 1.6rem; align-items: start; }
.person-main, .person-side { display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); }
.person-side { margin-top: .5rem; }
.person-main > .timeline { container-type: inline-size; }

.receipt { --tooth: 12px; background: var(--paper); padding: 1.6rem clamp(1rem, 3vw, 1.8rem) 1.5rem; position: relative; filter: drop-shadow(0 1px 1px rgb(60 40 20 / .16)) drop-shadow(0 8px 18px rgb(60 40 20 / .08)); margin-block: .5rem; }
.receipt::before, .receipt::after { content: ""; position: absolute; left: 0; right: 0; height: calc(var(--tooth) / 2); background: conic-gradient(from 135deg at 50% 0, var(--paper) 90deg, transparent 0) 50% 0 / var(--tooth) 100%; }
.receipt::after { top: 100%; }
.receipt::before { bottom: 100%; transform: scaleY(-1); }
.receipt h2 { text-align: center; padding-bottom: .9rem; border-bottom: 1px dashed color-mix(in srgb, var(--soft) 55%, transparent); }
.receipt table { width: 100%; border-collapse: collapse; }
.receipt th, .receipt td { text-align: left; font-weight: 400; padding: .5rem 0; vertical-align: top; }
.lines > tbody > tr:first-child > * { padding-top: .9rem; } .lines > tbody > tr:last-child > * { padding-bottom: .9rem; }
.receipt .line:has(+ .behind) > * { padding-bottom: 0; }
.receipt .behind > td { padding: .05rem 0 .5rem; }
.receipt summary { cursor: pointer; list-style: none; color: var(--soft); font-size: .84rem; display: flex; flex-wrap: wrap; gap: 0 .4rem; width: fit-content; max-width: 100%; }
.receipt summary::-webkit-details-marker { display: none; }
.receipt summary > span:not(:first-child)::before { content: "·"; margin-right: .4rem; }
.receipt summary::after, .as-table summary::after { content: "▾"; color: var(--soft); font-size: .8em; align-self: center; transition: transform .12s; }
.receipt details[open] > summary::after, .as-table[open] summary::after { transform: rotate(180deg); }
.receipt summary:hover { color: var(--ink); }
.days { margin: .45rem 0 .5rem; background: color-mix(in srgb, var(--sunk) 60%, transparent); border-radius: 8px; font-size: .86rem; }
.days caption { caption-side: bottom; text-align: left; color: var(--soft); padding: .5rem .2rem .1rem; text-wrap: pretty; }
.days caption strong { color: var(--ink); font-weight: 600; }
.receipt .days th, .receipt .days td { padding: .3rem .7rem; white-space: nowrap; }
.receipt .days tr:first-child > * { padding-top: .5rem; } .receipt .days tr:last-child > * { padding-bottom: .5rem; }
.receipt .days td:nth-child(2) { color: var(--soft); white-space: normal; width: 40%; }
.receipt .days .day-sum, .receipt .days .day-points { font-family: var(--mono); text-align: right; letter-spacing: -.02em; }
.receipt .days .day-sum { color: var(--soft); } .receipt .days .day-sum::after { content: " ="; }
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
.line-cap small { font-size: .8rem; }
.line-cap .line-bar, .line-floor .line-bar { visibility: hidden; }
.receipt tfoot th, .receipt tfoot td { border-top: 3px double color-mix(in srgb, var(--ink) 65%, transparent); padding-top: .85rem; font-size: 1.25rem; font-weight: 700 !important; vertical-align: baseline; }
.receipt-foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .2rem 1rem; color: var(--soft); font-size: .82rem; margin-top: .8rem; padding-top: .8rem; border-top: 1px dashed color-mix(in srgb, var(--soft) 55%, transparent); }

.card { padding: 1.05rem 1.2rem 1.15rem; }
.card > h2 { margin-bottom: .7rem; }
.touches { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1.1rem 1.4rem; }
.touches > h2 { grid-column: 1 / -1; margin: 0; } .touch { min-width: 0; } .card .touch h3 { margin: 0; font-size: .84rem; color: var(--soft); font-weight: 500; }
.touch-source { font-weight: 650; font-size: 1.04rem; }
.touch dl { margin-top: .5rem; display: grid; gap: .3rem; } .touch dt { font-size: .78rem; color: var(--soft); } .touch dd { font-size: .92rem; }
.fit-head { display: flex; gap: .9rem; align-items: center; margin-bottom: .8rem; } .fit-head strong, .fit-head small { display: block; }
.fit-letter { width: 2.7rem; height: 2.7rem; border-radius: 10px; display: grid; place-items: center; font-size: 1.45rem; font-weight: 720; background: var(--tint); color: var(--accent); }
.fit .hint { margin-top: .55rem; }
.card h3 { font-size: .88rem; color: var(--soft); font-weight: 560; margin-top: .9rem; }
.card > h2 small { font-weight: 400; margin-left: .35rem; }
.prospect { border-color: color-mix(in srgb, var(--accent) 35%, var(--line)); }
.prospect[data-tone=reached], .prospect[data-tone=sales] { background: var(--tint); border-color: transparent; }
.prospect[data-tone=barred] { border-color: var(--line); }
.prospect-head { font-weight: 620; font-size: 1.06rem; line-height: 1.35; text-wrap: balance; }
.prospect .bar { margin: .6rem 0 .2rem; } .prospect .hint { margin-top: .45rem; color: color-mix(in srgb, var(--ink) 75%, var(--soft)); }
.conditions { display: grid; gap: .22rem; margin-top: .7rem; }
.conditions li { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr) auto; gap: .5rem; align-items: center; }
.condition-detail { color: var(--soft); font-size: .9rem; text-align: right; }
.holds { width: 1.1rem; height: 1.1rem; fill: none; stroke: var(--soft); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
[data-holds=yes] .holds { stroke: var(--plus); } [data-holds=no] .holds { stroke-dasharray: 2.4 2.4; } [data-holds=no] > span { font-weight: 600; }
.gains { display: grid; gap: .25rem; margin-top: .35rem; }
.gains li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .9rem; }
.gain { font-family: var(--mono); font-size: .9rem; color: var(--plus); font-weight: 570; } .gain.minus { color: var(--minus); }
.fit .gains:first-of-type { margin-top: .75rem; }
.teaching + .teaching { margin-top: .5rem; }
.trend-chart { width: 100%; height: auto; overflow: visible; }
.trend-line { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; }
.trend-area { fill: var(--accent); opacity: .1; }
.trend-base { stroke: var(--line); } .trend-bar { stroke: var(--soft); stroke-dasharray: 3 4; }
.trend-mark line { stroke: var(--plus); stroke-dasharray: 2 3; } .trend-mark circle { fill: var(--paper); stroke: var(--plus); stroke-width: 2.2; }
.trend-mark.fell line, .trend-mark.fell circle { stroke: var(--minus); }
.trend-last { fill: var(--accent); }
.trend text { font-size: 12px; fill: var(--soft); } .trend .trend-words { fill: var(--ink); font-weight: 620; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; } .trend .now { fill: var(--accent); font-size: 14px; }
.trend-bar-words { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.trend-marks { display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .88rem; margin-top: .3rem; }
.trend-marks li::before { content: ""; display: inline-block; width: .55rem; height: .55rem; border-radius: 50%; border: 2px solid var(--plus); margin-right: .35rem; } .trend-marks .fell::before { border-color: var(--minus); }
.trend-marks time { color: var(--soft); }
.as-table { margin-top: .5rem; font-size: .88rem; } .as-table summary { cursor: pointer; color: var(--soft); list-style: none; } .as-table summary::after { margin-left: .4rem; display: inline-block; }
.as-table table { width: 100%; border-collapse: collapse; margin-top: .4rem; } .as-table th { text-align: left; font-weight: 400; } .as-table td { text-align: right; font-family: var(--mono); } .as-table thead th { color: var(--soft); } .as-table thead th:last-child { text-align: right; }
.said { display: grid; } .said > li { padding: .55rem 0; border-top: 1px solid var(--line); } .said > li:first-child { border-top: 0; padding-top: 0; }
.said strong { font-weight: 600; } .said time { color: var(--soft); font-size: .88rem; }
.said-detail { color: var(--soft); font-size: .9rem; }
button.link, .confirm summary { background: none; border: 0; padding: 0; min-height: 0; color: var(--soft); font-weight: 450; font-size: .88rem; text-decoration: underline; text-underline-offset: .18em; cursor: pointer; width: fit-content; }
button.link[type=submit]:hover, .confirm summary:hover { color: var(--accent); filter: none; }
.confirm summary { list-style: none; } .confirm summary::-webkit-details-marker { display: none; }
.confirm form { display: grid; gap: .6rem; margin-top: .5rem; padding: .75rem .9rem .9rem; border-radius: 10px; background: color-mix(in srgb, var(--minus) 8%, transparent); font-size: .92rem; justify-items: start; }
button.danger[type=submit] { background: var(--minus); border-color: var(--minus); color: var(--paper); }
.conflict { color: inherit; } .conflict strong { color: var(--minus); }
.say { display: grid; gap: .6rem; } .said + .say { margin-top: .6rem; padding-top: .8rem; border-top: 1px solid var(--line); } .say button[type=submit] { justify-self: start; }
.say-pair { display: grid; grid-template-columns: minmax(5.5rem, 1fr) minmax(0, 2fr); gap: .6rem; align-items: end; } .more .say-pair { grid-template-columns: minmax(0, 2fr) minmax(5.5rem, 1fr); margin-top: .4rem; }
.more summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
.privacy-links { margin-bottom: .6rem; }
.decision summary { cursor: pointer; list-style: none; } .decision summary::-webkit-details-marker { display: none; } .decision summary .said-detail { display: block; }
.decision summary:hover strong { color: var(--accent); }
table.then { width: 100%; border-collapse: collapse; margin-top: .5rem; font-size: .88rem; } table.then caption { text-align: left; color: var(--soft); padding-bottom: .2rem; } table.then th { text-align: left; font-weight: 400; padding: .12rem .8rem .12rem 0; } table.then td { text-align: right; font-family: var(--mono); white-space: nowrap; } .then-sum > * { border-top: 1px solid var(--line); font-weight: 620 !important; padding-top: .3rem; }
.mark { display: inline-block; font-size: .78rem; font-weight: 570; padding: 0 .5rem; border-radius: 999px; background: var(--tint); color: var(--accent); white-space: nowrap; }
.moment { display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: baseline; padding: .1rem 1.2rem .1rem 1.05rem; } .moment::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; border: 2.5px solid var(--plus); flex: none; margin-right: .35rem; }
.moment-down::before { border-color: var(--minus); } .moment-said::before { border-color: var(--soft); }
.moment strong { font-weight: 620; } .moment-detail, .moment time { color: var(--soft); font-size: .9rem; }
.event.moment-up .event-name, .event.moment-down .event-name, .event.moment-said .event-name { font-weight: 650; } .event.moment-up { background: color-mix(in srgb, var(--plus) 9%, transparent); } .moment-up .icon { stroke: var(--plus); } .moment-down .icon { stroke: var(--minus); }
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
.event-detail { color: var(--soft); font-size: .92em; display: inline-block; }
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
  .person-main, .person-side { display: contents; }
  .person-main > *, .person-side > * { order: 1; } .person-main > .timeline { order: 2; } .person-side > .later { order: 3; }
}
@media (max-width: 46rem) {
  .big-grade { justify-self: start; width: fit-content; }
  .hero-score dl { display: grid; grid-template-columns: repeat(2, auto); justify-content: start; gap: .5rem 2.2rem; }
  .line-bar { width: 0; padding: 0 !important; } .line-bar .bar { display: none; }
  .line-points { padding-left: .6rem !important; }
  .receipt .days tbody tr { display: grid; grid-template-columns: 3.6rem minmax(0, 1fr) auto; padding: .3rem .6rem; }
  .receipt .days tbody tr > * { padding: 0 !important; width: auto !important; } .receipt .days .day-sum { grid-column: 2; grid-row: 2; text-align: left; } .receipt .days .day-points { grid-column: 3; grid-row: 1; }
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
