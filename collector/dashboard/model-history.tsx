import { Time } from './marks.tsx'
import { type ModelFrame, Page } from './model.tsx'
import type { DiffView, HistoryView, VersionView } from './present-versions.ts'

/** Versions of the model, and what changed between two of them. */

const Version = ({ one, mayEdit }: { one: VersionView; mayEdit: boolean }) => (
  <li class="version" data-state={one.state}>
    <div class="version-what">
      <p>
        <strong>Version {one.version}</strong> <span class="stage">{one.stateWords}</span>
      </p>
      <p>{one.note}</p>
      <small>
        {one.by}, <Time when={one.when} />
      </small>
    </div>
    <div class="version-do">
      {one.changedHref && (
        <a class="button" href={one.changedHref} aria-label={`What version ${one.version} changed`}>
          What it changed
        </a>
      )}
      <a class="button" href={one.fileHref} aria-label={`Download version ${one.version}`} download>
        Download
      </a>
      {mayEdit && one.backHref && (
        <a class="button" href={one.backHref} aria-label={`Go back to version ${one.version}`}>
          Go back to it…
        </a>
      )}
    </div>
  </li>
)

const Choice = ({ name, label, chosen, choices }: ChoiceProps) => (
  <label>
    <span>{label}</span>
    <select name={name}>
      {choices.map((version) => (
        <option value={version} selected={version === chosen}>
          Version {version}
        </option>
      ))}
    </select>
  </label>
)

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly chosen: number
  readonly choices: readonly number[]
}

const Compare = ({ view }: { view: Pick<HistoryView, 'choices' | 'from' | 'to'> }) => (
  <form class="compare" action="/model/diff">
    <Choice name="from" label="Compare" chosen={view.from} choices={view.choices} />
    <Choice name="to" label="with" chosen={view.to} choices={view.choices} />
    <button type="submit" class="plain">
      Show the difference
    </button>
  </form>
)

export const History = ({ view, frame }: { view: HistoryView; frame: ModelFrame }) => (
  <Page frame={frame}>
    <section class="panel" aria-labelledby="versions-title">
      <div class="panel-head">
        <h2 id="versions-title">Versions</h2>
        {view.choices.length > 1 && <Compare view={view} />}
      </div>
      <ol class="versions">
        {view.versions.map((one) => (
          <Version one={one} mayEdit={frame.mayEdit} />
        ))}
      </ol>
      {view.choices.length === 1 && (
        <p class="blank">
          <strong>One version so far</strong>
          Each time the model is published, what it said before stays here to compare with and to go
          back to.
        </p>
      )}
    </section>
  </Page>
)

export const Diff = ({ diff, label }: { diff: DiffView; label: string }) => (
  <>
    <p class="hint">{diff.words}</p>
    {diff.lines.length > 0 && (
      <section class="diff" tabindex={0} aria-label={label}>
        <ol>
          {diff.lines.map((line) => (
            <li data-kind={line.kind}>
              <span class="diff-no">{line.was}</span>
              <span class="diff-no">{line.is}</span>
              <span class="diff-sign" aria-hidden="true">
                {line.sign}
              </span>
              <span class="hush">{line.spoken}</span>
              <code>{line.text}</code>
            </li>
          ))}
        </ol>
      </section>
    )}
  </>
)

export interface BackView {
  readonly version: number
  readonly base: number
  readonly editHref: string
}

const Back = ({ back }: { back: BackView }) => (
  <section class="card back" aria-labelledby="back-title">
    <h2 id="back-title">Go back to version {back.version}?</h2>
    <p>
      What version {back.version} says is published again, as a new version that scores everybody.
      Nothing is lost: version {back.base} stays in the history.
    </p>
    <form class="back-form" method="post" action="/model/roll-back">
      <input type="hidden" name="version" value={back.version} />
      <input type="hidden" name="base" value={back.base} />
      <label>
        <span>Note, for the history</span>
        <input type="text" name="note" maxlength={500} value={`Back to version ${back.version}`} />
      </label>
      <button type="submit">Go back to version {back.version}</button>
      <a class="button" href={back.editHref}>
        Try it out in the editor
      </a>
    </form>
  </section>
)

interface DifferenceProps {
  readonly view: Pick<HistoryView, 'choices' | 'from' | 'to'>
  readonly diff: DiffView
  readonly back: BackView | null
  readonly frame: ModelFrame
}

export const Difference = ({ view, diff, back, frame }: DifferenceProps) => (
  <Page frame={frame}>
    {back && <Back back={back} />}
    <section class="panel" aria-labelledby="diff-title">
      <div class="panel-head">
        <h2 id="diff-title">
          From version {view.from} to version {view.to}
        </h2>
        <Compare view={view} />
      </div>
      <div class="diff-space">
        <Diff diff={diff} label={`Lines changed from version ${view.from} to ${view.to}`} />
      </div>
    </section>
  </Page>
)
