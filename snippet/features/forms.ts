/**
 * `form_start` and the event of a submitted form; with it, where that is allowed, who submitted it.
 * Field values are looked at only here, only at submit, and only those of an e-mail field and of
 * fields that `autocomplete` marks as a name; a form with a password is not looked at, at all.
 */
import type { Core } from '../core.ts'
import { eventOfForm, kindsOf, valuesOf } from '../form-kind.ts'
import { LEAVES_WITHIN_MS } from '../limits.ts'
import { listen } from '../listen.ts'
import { actionOf, findInPath, hear, markedProps } from '../markup.ts'

export function forms(core: Core): void {
  const started = new WeakSet<Element>()
  let unsure: Event | undefined

  /** The event of a form that is none of the others' business: not a search, not a cart. */
  const typeOf = (form: HTMLFormElement) =>
    form.dataset.piqueEvent || (core._auto && !actionOf(form) && eventOfForm(form))

  const describe = (form: HTMLFormElement) => ({
    // Not the property: a field that is called "id" hides the form's own.
    form_id: form.getAttribute('id') || undefined,
  })

  const submitted = (form: HTMLFormElement) => {
    const type = typeOf(form)
    // The page may validate by itself (`novalidate`), and then a submit event proves nothing.
    if (!type || form.matches(':invalid')) return
    const email =
      core._visitor._mayReadForms() &&
      !/password/.test(kindsOf(form)) &&
      valuesOf(form, /mail/).find((value) => /^\S+@\S+\.\S+$/.test(value))
    const props = { ...describe(form), has_email: !!email, ...markedProps(form) }
    if (core._act(type, props, 'form') && email)
      core._track('identify', {
        email,
        evidence: 'form',
        traits: { name: valuesOf(form, /name/).join(' ') || undefined },
      })
  }

  hear('input', (event) => {
    // What `form` finds is a form.
    const form = findInPath(event, 'form') as HTMLFormElement | undefined
    if (!form || started.has(form) || !core._auto || !typeOf(form)) return
    started.add(form)
    core._track('form_start', describe(form))
  })
  // Only forms are submitted and have form data.
  hear(
    'submit',
    ({ target, submitter }: SubmitEvent) =>
      (submitter && actionOf(submitter)) || submitted(target as HTMLFormElement),
  )
  // `form.submit()` makes no submit event, but a formdata event; so does `new FormData(form)`, as in
  // saving a draft, and only the first one is followed by a navigation.
  hear('formdata', (event) => {
    unsure = event
  })
  listen(
    'navigate',
    ({ timeStamp }) =>
      unsure &&
      timeStamp - unsure.timeStamp < LEAVES_WITHIN_MS &&
      submitted(unsure.target as HTMLFormElement),
    window.navigation,
  )
}
