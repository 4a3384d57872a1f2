import { Bare, Wordmark } from './layout.tsx'

/** The page in front of the guard. It knows nothing but what its caller tells it. */

export interface LoginView {
  /** Why the last try failed, in words. */
  readonly error?: string | undefined
  /** Where to go after signing in, a path of the dashboard. */
  readonly next?: string | undefined
  /** What was typed as the e-mail. */
  readonly typed?: string | undefined
}

const Login = ({ error, next, typed }: LoginView) => (
  <Bare title="Sign in">
    <div class="login">
      <h1>
        <Wordmark />
        <span class="hush"> Sign in</span>
      </h1>
      <form class="login-form" method="post" action="/login">
        {error && (
          <p class="problem" role="alert" id="problem">
            {error}
          </p>
        )}
        <label>
          <span>E-mail</span>
          <input
            type="text"
            inputmode="email"
            name="email"
            autocomplete="username"
            value={typed}
            aria-describedby={error ? 'problem' : undefined}
          />
        </label>
        <label>
          <span>Password</span>
          <input type="password" name="password" autocomplete="current-password" required />
        </label>
        {next && <input type="hidden" name="next" value={next} />}
        <button type="submit">Sign in</button>
      </form>
      <div class="login-hints">
        <p>
          <strong>First time?</strong> <code>pique start</code> prints a link that signs you in
          once.
        </p>
        <p>
          <strong>Password forgotten?</strong> An owner makes you a new link in Settings.
        </p>
        <p>The admin key works as the password, without an e-mail.</p>
        <p>
          For visitors of your sites: <a href="/privacy">privacy</a>.
        </p>
      </div>
    </div>
  </Bare>
)

/** The whole document, to be answered as HTML. A `next` that leaves the dashboard is dropped. */
export function renderLogin({ next, ...view }: LoginView = {}): string {
  return `<!doctype html>${<Login {...view} next={isLocal(next) ? next : undefined} />}`
}

function isLocal(next: string | undefined): boolean {
  return next !== undefined && /^\/(?![/\\])[^\\\s]*$/.test(next)
}
