import { Time } from './marks.tsx'
import type { DecisionView, IdentityView } from './present-links.ts'
import type { PersonView } from './present-person.ts'

/** What ties visits to a lead, and what was decided about it. */

const Undo = ({ identity, name }: { identity: IdentityView; name: string }) => (
  <details class="confirm">
    <summary aria-label={`Undo the link of ${identity.browser}`}>Undo</summary>
    <form method="post" action={identity.undo ?? ''}>
      <p>
        What this browser did leaves {name}, with its points. It is anonymous until somebody says
        anew who it is. <strong>This can’t be taken back.</strong>
      </p>
      <button type="submit" class="danger">
        Yes, it was somebody else
      </button>
    </form>
  </details>
)

export const Identities = ({ view }: { view: PersonView }) => (
  <section class="card later" id="identities" aria-labelledby="identities-title">
    <h2 id="identities-title">How we know</h2>
    <ul class="said">
      {view.identities.map((identity) => (
        <li>
          <p>
            <strong>{identity.evidence}</strong> <small>{identity.strength}</small>
          </p>
          <p class="said-detail">
            Browser <a href={identity.href}>{identity.browser}</a>, <Time when={identity.when} />
          </p>
          {identity.undo && <Undo identity={identity} name={view.name} />}
        </li>
      ))}
      {view.conflicts.map((conflict) => (
        <li class="conflict">
          <p>
            <strong>Two people in one claim</strong> <Time when={conflict.when} />
          </p>
          <p class="said-detail">
            {conflict.words} <a href={conflict.other}>See the other one</a>
          </p>
        </li>
      ))}
    </ul>
  </section>
)

const Decision = ({ decision }: { decision: DecisionView }) => (
  <li>
    <details class="decision">
      <summary>
        <strong>{decision.words}</strong> <Time when={decision.when} />
        <span class="said-detail">
          {decision.cause}, {decision.score} points then
          {decision.note && `: “${decision.note}”`}
        </span>
      </summary>
      <table class="then">
        <caption>As it was then, by {decision.model}</caption>
        <tbody>
          {decision.lines.map((line) => (
            <tr>
              <th scope="row">{line.label}</th>
              <td>{line.points}</td>
            </tr>
          ))}
          <tr class="then-sum">
            <th scope="row">Score</th>
            <td>{decision.score}</td>
          </tr>
        </tbody>
      </table>
    </details>
  </li>
)

export const Decisions = ({ decisions }: { decisions: readonly DecisionView[] }) => (
  <section class="card later" aria-labelledby="decisions-title">
    <h2 id="decisions-title">Decisions</h2>
    <ul class="said">
      {decisions.map((decision) => (
        <Decision decision={decision} />
      ))}
    </ul>
  </section>
)
