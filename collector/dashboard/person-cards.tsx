import { Bar, Place, Time } from './marks.tsx'
import type { FitLineView, FitView } from './present-fit.ts'
import type { PersonView, TouchView } from './present-person.ts'

/** Who somebody is and where they came from, a card each. */

const Touch = ({ touch }: { touch: TouchView }) => (
  <div class="touch">
    <h3>{touch.label}</h3>
    <p class="touch-source">{touch.source}</p>
    <p class="hint">
      {touch.channel}, <Time when={touch.when} />
    </p>
    <dl>
      {touch.campaign && (
        <div>
          <dt>Campaign</dt>
          <dd>{touch.campaign}</dd>
        </div>
      )}
      {touch.landing && (
        <div>
          <dt>Landed on</dt>
          <dd>
            <Place place={touch.landing} />
          </dd>
        </div>
      )}
      {touch.referrer && (
        <div>
          <dt>Sent by</dt>
          <dd>
            <Place place={touch.referrer} />
          </dd>
        </div>
      )}
    </dl>
  </div>
)

const FitLine = ({ line }: { line: FitLineView }) => (
  <li>
    <span>
      {line.label} <small>{line.value}</small>
    </span>
    <span class={`gain ${line.tone}`}>{line.points}</span>
  </li>
)

export const Fit = ({ fit }: { fit: FitView }) => (
  <section class="card fit later" aria-labelledby="fit-title">
    <h2 id="fit-title">Fit</h2>
    <p class="fit-head">
      <span class="fit-letter">{fit.letter}</span>
      <span>
        <strong>{fit.words}</strong>
        <small>{fit.points}</small>
      </span>
    </p>
    <Bar share={fit.share} tone="fit" />
    {fit.matched.length > 0 && (
      <ul class="gains">
        {fit.matched.map((line) => (
          <FitLine line={line} />
        ))}
      </ul>
    )}
    <p class="hint">{fit.next}</p>
    {fit.could.length > 0 && (
      <>
        <h3>What would add to it</h3>
        <ul class="gains">
          {fit.could.map((line) => (
            <FitLine line={line} />
          ))}
        </ul>
      </>
    )}
  </section>
)

export const Facts = ({ view }: { view: PersonView }) => (
  <section class="card later" aria-labelledby="facts-title">
    <h2 id="facts-title">{view.factsTitle}</h2>
    <dl class="facts">
      {view.facts.map(({ name, value }) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  </section>
)

export const Touches = ({ touches }: { touches: readonly TouchView[] }) => (
  <section class="card touches later" aria-labelledby="touches-title">
    <h2 id="touches-title">Where they came from</h2>
    {touches.map((touch) => (
      <Touch touch={touch} />
    ))}
  </section>
)
