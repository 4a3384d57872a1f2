import type { CommandView } from './present-import.ts'
import { TagBox } from './tag-box.tsx'

/** How a file of people is to be, and the commands that bring events. */

const COLUMNS: readonly (readonly [name: string, words: string, example: string])[] = [
  ['email', 'Who it is; one of the two is needed', 'ada@example.com'],
  ['user_id', 'Who it is, by the id you know them by', '42'],
  [
    'job_title, company, phone, name',
    'What you know, as a trait; your model scores fit by it',
    'CTO',
  ],
  ['created_at', 'Since when, if you know', '2026-01-15'],
  ['anything else', 'Kept as a trait by its name', 'plan: pro'],
]

const EXAMPLE = `E-mail,Name,Job Title,Company,Plan
ada@example.com,Ada King,CTO,Northwind,pro
grace@example.com,Grace Hall,Head of Marketing,Contoso,`

export const LeadsWays = () => (
  <div class="flow">
    <h3>How the file is read</h3>
    <p>The first line names the columns, each further line is one person.</p>
    <section class="import-scroll" tabindex={0} aria-label="An example">
      <pre>{EXAMPLE}</pre>
    </section>
    <section class="import-scroll" tabindex={0} aria-label="Columns">
      <table class="import-table">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Says</th>
            <th scope="col">Such as</th>
          </tr>
        </thead>
        <tbody>
          {COLUMNS.map(([name, words, example]) => (
            <tr>
              <th scope="row">{name}</th>
              <td>{words}</td>
              <td>{example}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
    <p class="hint">
      It is your word of who they are, and no visit: nothing counts as something they did. Import
      the same file again whenever you like; nobody is added twice. Bring only people you may keep:
      erasing somebody on their page takes all of it out again.
    </p>
  </div>
)

export const EventsWays = ({ commands }: { commands: readonly CommandView[] }) => (
  <div class="flow">
    {commands.map(({ id, words, code }) => (
      <>
        <p>{words}</p>
        <TagBox tag={code} id={id} />
      </>
    ))}
    <p class="hint">
      Sending the same again adds nothing. <a href="/docs">The API’s pages</a> say what a line
      holds, and an owner makes a key in <a href="/settings/keys">Settings</a>.
    </p>
  </div>
)
