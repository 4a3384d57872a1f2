/**
 * `form_start` and the event of a submitted form; with it, where that is allowed, who submitted it.
 * Field values are looked at only here, only at submit, and only those of an e-mail field and of
 * fields that `autocomplete` marks as a name; a form with a password is not looked at, at all.
 */
import { maskSecrets } from '../clean-url.ts'
import type { Core } from '../core.ts'
import { fieldsOf, kindOfForm } from '../form-kind.ts'
import { listen } from '../listen.ts'
import { actionOf, attributeOf, isIgnored, markedProps } from '../markup.ts'

/** A formdata event with no submit before it is `form.submit()` if the page leaves this soon. */
const LEAVES_WITHIN_MS = 1_000

export function forms(core: Core): void {
  const auto = core._config._auto
  const started = new WeakSet<Element>()
  let confirm: (() => void) | undefined
  let silentAt = 0

  const describe = (form: HTMLFormElement) => ({
    form_id: maskSecrets(attributeOf(form, 'id')) || undefined,
    form_name: maskSecrets(attributeOf(form, 'name')) || undefined,
  })

  /** A form that is none of the others' business: not ignored, not a search, not a cart. */
  const eventOf = (form: HTMLFormElement, event: Event): string | undefined => {
    if (isIgnored(event)) return
    const named = attributeOf(form, 'data-pique-event')
    if (named) return named
    if (!auto || actionOf(form, auto)) return
    const kind = kindOfForm(form)
    if (kind === 'search') return
    return kind === 'account' ? 'form_submit' : kind
  }

  const identify = (form: HTMLFormElement): boolean => {
    if (!core._visitor._mayReadForms() || kindOfForm(form) === 'account') return false
    let email = ''
    const names: string[] = []
    for (const { _kind, _input } of fieldsOf(form)) {
      // Autofill also fills what a style sheet hides; nobody meant to send that.
      if (_input.checkVisibility && !_input.checkVisibility()) continue
      const value = _input.value.trim()
      if (_kind === 'email' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) email = email || value
      if (_kind === 'name' && value) names.push(value)
    }
    if (!email) return false
    core._track(
      'identify',
      { email, evidence: 'form', traits: { name: names.join(' ') || undefined } },
      { _atOnce: true },
    )
    return true
  }

  const submitted = (form: HTMLFormElement, type: string | undefined) => {
    // The page may validate by itself (`novalidate`), and then a submit event proves nothing.
    if (!type || form.matches(':invalid') || !core._isFirst(type, 'form', form)) return
    const has_email = identify(form) || undefined
    core._track(type, { ...describe(form), has_email, ...markedProps(form) }, { _atOnce: true })
  }

  listen('input', (event) => {
    // The first element of the path is the field itself, also inside a shadow root.
    const { form } = event.composedPath()[0] as Partial<HTMLInputElement>
    if (!form || started.has(form) || !auto || !eventOf(form, event)) return
    started.add(form)
    core._track('form_start', describe(form))
  })
  listen('submit', (event: SubmitEvent) => {
    // Only forms are submitted.
    const form = event.target as HTMLFormElement
    if (!event.submitter || !actionOf(event.submitter, auto)) submitted(form, eventOf(form, event))
  })
  // `form.submit()` makes no submit event, but a formdata event; so does `new FormData(form)`, as in
  // saving a draft, and only the first one is followed by a navigation.
  listen('formdata', (event) => {
    // Only forms have form data.
    const form = event.target as HTMLFormElement
    // Asked now: once an event is over, its path is empty.
    const type = eventOf(form, event)
    silentAt = Date.now()
    confirm = () => submitted(form, type)
  })
  listen(
    window.navigation ? 'navigate' : 'pagehide',
    () => {
      if (Date.now() - silentAt < LEAVES_WITHIN_MS) confirm?.()
      confirm = undefined
    },
    window.navigation,
  )
}
