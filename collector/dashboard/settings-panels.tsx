import { MaybeTime } from './marks.tsx'
import {
  type KeyView,
  type OwnView,
  type PersonView,
  RIGHTS,
  ROLE_WORDS,
} from './present-settings.ts'
import { type SettingsPanel, SureButton } from './settings.tsx'

/** The panels of Settings: whoever is signed in, everybody who may sign in, and keys for programs. */

const PasswordForm = ({ email }: { email: string }) => (
  <form class="settings-form" method="post" action="/settings/password">
    <input type="hidden" name="username" autocomplete="username" value={email} />
    <label>
      <span>Current password</span>
      <input type="password" name="current" autocomplete="current-password" required />
    </label>
    <label>
      <span>New password, at least 12 characters</span>
      <input type="password" name="password" autocomplete="new-password" minlength={12} required />
    </label>
    <button type="submit">Change the password</button>
  </form>
)

export function ownPanel(view: OwnView): SettingsPanel {
  const body = (
    <div class="settings-body">
      <p>{view.words}</p>
      {view.email && <PasswordForm email={view.email} />}
      <form method="post" action="/settings/sign-out">
        <button type="submit" class="plain">
          Sign out everywhere
        </button>
      </form>
    </div>
  )
  return { id: 'own', title: 'You', about: 'How you sign in', body }
}

const RoleOptions = ({ roles, chosen }: { roles: PersonView['roles']; chosen: string }) => (
  <>
    {roles.map(({ value, label }) => (
      <option value={value} selected={value === chosen}>
        {label}
      </option>
    ))}
  </>
)

const PersonRow = ({ person }: { person: PersonView }) => (
  <li class="settings-row">
    <div class="settings-who">
      <strong>{person.email}</strong>
      <small>
        {person.state} <MaybeTime when={person.since} />
        {person.signedIn && (
          <>
            {' · last sign-in '}
            <MaybeTime when={person.signedIn} />
          </>
        )}
      </small>
    </div>
    <form class="settings-role" method="post" action={`${person.path}/role`}>
      <select name="role" aria-label={`Role of ${person.email}`}>
        <RoleOptions roles={person.roles} chosen={person.role} />
      </select>
      <button type="submit" class="plain" aria-label={`Save the role of ${person.email}`}>
        Save
      </button>
    </form>
    <div class="settings-actions">
      <form method="post" action={`${person.path}/link`}>
        <button type="submit" class="plain" aria-label={`Password link for ${person.email}`}>
          Password link
        </button>
      </form>
      <form method="post" action={`${person.path}/sign-out`}>
        <button type="submit" class="plain" aria-label={`Sign out ${person.email}`}>
          Sign out
        </button>
      </form>
      <SureButton
        action={`${person.path}/remove`}
        word="Remove"
        sure="Yes, remove"
        what={person.email}
      />
    </div>
  </li>
)

export function peoplePanel(
  people: readonly PersonView[],
  roles: PersonView['roles'],
): SettingsPanel {
  const body = (
    <div class="settings-body">
      {people.length === 0 && (
        <p class="hint">Nobody has an account yet; whoever holds the admin key is the owner.</p>
      )}
      <ul class="settings-list">
        {people.map((person) => (
          <PersonRow person={person} />
        ))}
      </ul>
      <form class="settings-form" method="post" action="/settings/people">
        <label>
          <span>E-mail</span>
          <input type="email" name="email" autocomplete="off" required />
        </label>
        <label>
          <span>Role</span>
          <select name="role">
            <RoleOptions roles={roles} chosen={people.length === 0 ? 'owner' : 'viewer'} />
          </select>
        </label>
        <button type="submit">Add somebody</button>
      </form>
    </div>
  )
  const about = 'Who signs in to this dashboard'
  return { id: 'people', title: 'People', about, body }
}

/** What each role may do. */
export function rolesPanel(): SettingsPanel {
  const roles = ['viewer', 'analyst', 'owner'] as const
  const body = (
    <div class="settings-body settings-wide" tabindex={0}>
      <table class="settings-table">
        <caption class="hush">What each role may do</caption>
        <thead>
          <tr>
            <th scope="col">May</th>
            {roles.map((role) => (
              <th scope="col">{ROLE_WORDS[role]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {RIGHTS.map((right) => (
            <tr>
              <th scope="row">{right.what}</th>
              {roles.map((role) => (
                <td>{right.roles[role]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
  return { id: 'roles', title: 'Roles', about: 'Who may do what', body }
}

const KeyRow = ({ apiKey }: { apiKey: KeyView }) => (
  <li class="settings-row">
    <div class="settings-who">
      <strong>{apiKey.name}</strong>
      <small>
        made <MaybeTime when={apiKey.since} />
      </small>
    </div>
    <p class="settings-facts">{apiKey.facts}</p>
    <div class="settings-actions">
      <SureButton action={apiKey.revokePath} word="Revoke" sure="Yes, revoke" what={apiKey.name} />
    </div>
  </li>
)

interface KeysSource {
  readonly keys: readonly KeyView[]
  readonly sites: readonly { readonly value: string; readonly label: string }[]
}

export function keysPanel({ keys, sites }: KeysSource): SettingsPanel {
  const body = (
    <div class="settings-body">
      {keys.length === 0 && <p class="hint">No program has a key.</p>}
      <ul class="settings-list">
        {keys.map((one) => (
          <KeyRow apiKey={one} />
        ))}
      </ul>
      <form class="settings-form" method="post" action="/settings/keys">
        <label>
          <span>Name</span>
          <input type="text" name="name" maxlength={100} required />
        </label>
        <label>
          <span>May</span>
          <select name="scope">
            <option value="read">read</option>
            <option value="write">read and write</option>
            <option value="admin">do everything</option>
          </select>
        </label>
        <label>
          <span>Site</span>
          <select name="site">
            {sites.map(({ value, label }) => (
              <option value={value}>{label}</option>
            ))}
          </select>
        </label>
        <label>
          <span>Last day, if it has one</span>
          <input type="date" name="expires" />
        </label>
        <button type="submit">Make a key</button>
      </form>
    </div>
  )
  return { id: 'keys', title: 'API keys', about: 'For programs; shown once, when made', body }
}
