import type { FieldView, ModelForm, RuleFields } from './model-form.ts'
import { Diff } from './model-history.tsx'
import { Preview } from './model-preview.tsx'
import type { DiffView } from './present-versions.ts'
import type { PreviewView } from './present-what-if.ts'

/** The editor: the form or the file on one side, what it would change on the other. */

export interface EditView {
  readonly as: 'form' | 'yaml'
  readonly yaml: string
  /** Null where the text has to be put right before there is a form of it. */
  readonly form: ModelForm | null
  /** The newest version that the author has seen. */
  readonly base: number
  readonly note: string
  readonly preview: PreviewView
  readonly overtaken: OvertakenView | null
  /** For new rules. */
  readonly groups: readonly string[]
  readonly events: readonly string[]
}

export interface OvertakenView {
  readonly newest: number
  readonly words: string
  readonly diff: DiffView
}

const NumberField = ({ field, of }: { field: FieldView; of?: string }) => (
  <label>
    <span>
      {field.label}
      {of && <span class="hush"> of {of}</span>}
    </span>
    <input
      type="text"
      inputmode="decimal"
      name={field.name}
      value={field.value}
      placeholder={field.unset ?? undefined}
      autocomplete="off"
    />
  </label>
)

const ListField = ({ field }: { field: FieldView }) => (
  <label>
    <span>{field.label}, one a line</span>
    <textarea name={field.name} rows={3} spellcheck={false}>
      {`\n${field.value}`}
    </textarea>
  </label>
)

const SelectField = ({ field, options }: { field: FieldView; options: Options }) => (
  <label>
    <span>{field.label}</span>
    <select name={field.name}>
      {options.map(([value, label]) => (
        <option value={value} selected={value === (field.value || field.unset)}>
          {label}
        </option>
      ))}
    </select>
  </label>
)

type Options = readonly (readonly [value: string, label: string])[]
const YES_NO: Options = [
  ['false', 'may qualify'],
  ['true', 'never qualifies'],
]
const LETTERS: Options = [
  ['A', 'A'],
  ['B', 'B or better'],
  ['C', 'C or better'],
  ['D', 'any fit'],
]

const Field = ({ field }: { field: FieldView }) => {
  if (field.kind === 'list') return <ListField field={field} />
  if (field.kind === 'truth') return <SelectField field={field} options={YES_NO} />
  if (field.kind === 'letter') return <SelectField field={field} options={LETTERS} />
  return <NumberField field={field} />
}

const Rule = ({ rule }: { rule: RuleFields }) => (
  <fieldset class="rule-fields" id={`rule-${rule.id}`}>
    <legend>{rule.label}</legend>
    <button
      type="submit"
      class="plain"
      name="remove"
      value={rule.index}
      aria-label={`Remove the rule ${rule.label}`}
    >
      Remove
    </button>
    <div class="fields">
      {[rule.points, rule.repeat, rule.most, rule.saturation, rule.halfLife, rule.cap].map(
        (field) => field && <NumberField field={field} of={rule.label} />,
      )}
    </div>
  </fieldset>
)

const NewRule = ({ groups, events }: { groups: readonly string[]; events: readonly string[] }) => (
  <fieldset class="rule-fields new-rule">
    <legend>A new rule</legend>
    <div class="fields wide">
      <label>
        <span>Name</span>
        <input type="text" name="new-label" maxlength={120} autocomplete="off" />
      </label>
      <label>
        <span>Counts the event</span>
        <input type="text" name="new-on" list="known-events" placeholder="page_view" />
      </label>
      <label>
        <span>On pages</span>
        <select name="new-page">
          <option value="">all pages</option>
          {groups.map((name) => (
            <option value={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Points</span>
        <input type="text" inputmode="decimal" name="new-points" placeholder="10" />
      </label>
      <label>
        <span>Halves in, days</span>
        <input type="text" inputmode="decimal" name="new-half-life" placeholder="14" />
      </label>
      <button type="submit" class="plain" name="do" value="add">
        Add the rule
      </button>
    </div>
    <datalist id="known-events">
      {events.map((name) => (
        <option value={name} />
      ))}
    </datalist>
  </fieldset>
)

const Section = ({ title, about, fields, children }: SectionProps) => (
  <details class="panel form-section">
    <summary>
      <h2>{title}</h2>
      <span class="hint">{about}</span>
    </summary>
    <div class="fields wide">
      {fields.map((field) => (
        <Field field={field} />
      ))}
    </div>
    {children}
  </details>
)

interface SectionProps {
  readonly title: string
  readonly about: string
  readonly fields: readonly FieldView[]
  readonly children?: unknown
}

const NewGroup = () => (
  <div class="fields wide">
    <label>
      <span>A new group</span>
      <input type="text" name="new-group" maxlength={80} autocomplete="off" placeholder="docs" />
    </label>
    <label>
      <span>Its paths, one a line</span>
      <textarea name="new-group-paths" rows={2} spellcheck={false} placeholder="/docs*" />
    </label>
  </div>
)

const Form = ({ form, view }: { form: ModelForm; view: EditView }) => (
  <div class="form-sections">
    <section class="panel form-section" aria-labelledby="mql-title">
      <div class="panel-head">
        <h2 id="mql-title">When a lead qualifies</h2>
      </div>
      <div class="fields wide">
        {form.thresholds.map((field) => (
          <Field field={field} />
        ))}
      </div>
    </section>
    <section class="panel form-section" aria-labelledby="rules-title">
      <div class="panel-head">
        <h2 id="rules-title">Rules</h2>
        <p>Points for what leads do, and how long they last</p>
      </div>
      {form.rules.map((rule) => (
        <Rule rule={rule} />
      ))}
      <NewRule groups={view.groups} events={view.events} />
    </section>
    <Section title="Page groups" about="Paths that rules count together" fields={form.groups}>
      <NewGroup />
    </Section>
    <Section title="Fit" about="Points for who they are" fields={form.fit} />
    <Section title="Exclusions" about="Who never qualifies by points" fields={form.exclusions} />
    <textarea name="yaml" hidden>{`\n${view.yaml}`}</textarea>
  </div>
)

const File = ({ view }: { view: EditView }) => (
  <section class="panel file" aria-labelledby="file-title">
    <div class="panel-head">
      <h2 id="file-title">
        <label for="draft">The model file</label>
      </h2>
      <p id="draft-hint">Tab indents; Escape, then Tab leaves the field</p>
    </div>
    <textarea
      id="draft"
      name="yaml"
      rows={36}
      wrap="off"
      spellcheck={false}
      autocapitalize="off"
      aria-describedby="draft-hint"
      aria-invalid={view.preview.state === 'wrong' ? 'true' : undefined}
      data-draft
    >
      {`\n${view.yaml}`}
    </textarea>
  </section>
)

const Overtaken = ({ overtaken }: { overtaken: OvertakenView }) => (
  <section class="panel overtaken" role="alert" aria-labelledby="overtaken-title">
    <div class="panel-head">
      <h2 id="overtaken-title">Somebody was faster</h2>
    </div>
    <div class="diff-space">
      <p>{overtaken.words}</p>
      <Diff diff={overtaken.diff} label="What they changed" />
      <p class="overtaken-do">
        <button type="submit" name="over" value={overtaken.newest} class="plain">
          Keep my draft, which replaces version {overtaken.newest}
        </button>
        <a class="button" href="/model/edit">
          Begin again from version {overtaken.newest}
        </a>
      </p>
    </div>
  </section>
)

const Ways = ({ as }: { as: EditView['as'] }) => (
  <fieldset class="tabs ways">
    <legend class="hush">Edit as</legend>
    {(['form', 'yaml'] as const).map((way) => (
      <button
        type="submit"
        formaction={`/model/edit?as=${way}`}
        aria-current={way === as ? 'page' : undefined}
      >
        {way === 'form' ? 'Form' : 'YAML'}
      </button>
    ))}
  </fieldset>
)

const Publish = ({ note }: { note: string }) => (
  <div class="publish">
    <label>
      <span>What changes, and why: for the history</span>
      <input
        type="text"
        name="note"
        maxlength={500}
        value={note}
        placeholder="Pricing counts for more"
        autocomplete="off"
      />
    </label>
    <div class="publish-do">
      <button type="submit" name="do" value="preview" class="plain">
        Preview
      </button>
      <button type="submit" name="do" value="publish">
        Publish
      </button>
    </div>
  </div>
)

export const Editor = ({ view }: { view: EditView }) => (
  <form
    class="model-edit"
    method="post"
    action={`/model/edit?as=${view.as}`}
    enctype="multipart/form-data"
    data-editor
  >
    {/* Enter in a field presses the first button of a form. */}
    <button type="submit" name="do" value="preview" class="hush" tabindex={-1}>
      Preview
    </button>
    <input type="hidden" name="mode" value={view.form && view.as === 'form' ? 'form' : 'yaml'} />
    <input type="hidden" name="base" value={view.base} />
    <div class="title">
      <h1>Edit the model</h1>
      <Ways as={view.as} />
      <a href="/model">Leave without publishing</a>
    </div>
    <div class="edit-columns">
      <div class="edit-left">
        {view.overtaken && <Overtaken overtaken={view.overtaken} />}
        {view.form && view.as === 'form' ? (
          <Form form={view.form} view={view} />
        ) : (
          <File view={view} />
        )}
      </div>
      <div class="edit-right card">
        <Publish note={view.note} />
        <Preview view={view.preview} />
      </div>
    </div>
  </form>
)
