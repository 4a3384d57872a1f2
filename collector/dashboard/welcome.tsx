import { Bare, Wordmark } from './layout.tsx'

/** Where a one-time link leads: the first account of a collector, or the password of an account. */

export interface WelcomeView {
  /** Where the form goes, with its token. */
  readonly action: string
  /** Whose password it is; null while nobody has an account. */
  readonly email: string | null
  /** Why the last try failed, in words. */
  readonly error?: string | undefined
  /** What was typed as the e-mail. */
  readonly typed?: string | undefined
}

const Email = ({ email, typed }: Pick<WelcomeView, 'email' | 'typed'>) => (
  <label>
    <span>E-mail</span>
    <input
      type="email"
      name="email"
      autocomplete="username"
      value={email ?? typed}
      readonly={email !== null}
      required
    />
  </label>
)

const Welcome = ({ action, email, error, typed }: WelcomeView) => {
  const title = email === null ? 'Make the first account' : 'Choose your password'
  return (
    <Bare title={title}>
      <div class="login">
        <h1>
          <Wordmark />
          <span class="login-title">{title}</span>
        </h1>
        <form class="login-form" method="post" action={action}>
          {error && (
            <p class="problem" role="alert" id="problem">
              {error}
            </p>
          )}
          <Email email={email} typed={typed} />
          <label>
            <span>Password</span>
            <input
              type="password"
              name="password"
              autocomplete="new-password"
              minlength={12}
              aria-describedby={error ? 'problem rules' : 'rules'}
              required
            />
          </label>
          <p class="hint" id="rules">
            At least 12 characters; three or four unrelated words do well.
          </p>
          <button type="submit">{email === null ? 'Make the account' : 'Set the password'}</button>
        </form>
        {email === null && (
          <div class="login-hints">
            <p>This account is the owner’s: it may do everything, and add others.</p>
          </div>
        )}
      </div>
    </Bare>
  )
}

const Spent = ({ kind }: { kind: 'setup' | 'welcome' }) => (
  <Bare title="This link is used up">
    <div class="login">
      <h1>
        <Wordmark />
        <span class="login-title">This link is used up</span>
      </h1>
      <div class="login-hints">
        <p>It works once and for a day, and a newer one replaces it.</p>
        {kind === 'setup' ? (
          <p>
            Where nobody has an account yet, <code>pique start</code> prints a new one.
          </p>
        ) : (
          <p>If you have no password yet, ask whoever gave it to you for a new one.</p>
        )}
      </div>
      <a class="button" href="/login">
        Sign in
      </a>
    </div>
  </Bare>
)

/** Where a link that is good for nothing leads; it does not say whether it ever was. */
export function renderSpent(kind: 'setup' | 'welcome'): string {
  return `<!doctype html>${<Spent kind={kind} />}`
}

/** The whole document, to be answered as HTML. */
export function renderWelcome(view: WelcomeView): string {
  return `<!doctype html>${<Welcome {...view} />}`
}
