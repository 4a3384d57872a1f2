/**
 * `form_start` and the event of a submitted form; with it, where that is allowed, who submitted it.
 * Field values are looked at only here, only at submit, and only those of an e-mail field and of
 * fields that `autocomplete` marks as a name; a form with a password is not looked at, at all.
 */
import type { Core } from '../core.ts'
import { fieldsOf, kindOfField, kindOfForm, kindsOf } from '../form-kind.ts'
import { listen } from '../listen.ts'
import { actionOf, attributeOf, hear, markedProps } from '../markup.ts'

/** A formdata event with no submit before it is `form.submit()` if the page leaves this soon. */
const LEAVES_WITHIN_MS = 1_000

export function forms(core: Core): void {
  const auto = core._config._auto
  const started = new WeakSet<Element>()
  let unsure: HTMLFormElement | undefined

  const describe = (form: HTMLFormElement) => ({
    form_id: attributeOf(form, 'id'),
    form_name: attributeOf(form, 'name'),
  })

  /** The event of a form that is none of the others' business: not a search, not a cart. */
  const typeOf = (form: HTMLFormElement): string | undefined => {
    const named = attributeOf(form, 'data-pique-event')
    if (named || !auto || actionOf(form, auto)) return named
    const kind = kindOfForm(form)
    return kind === 'search' ? undefined : kind
  }

  const submitted = (form: HTMLFormElement) => {
    const type = typeOf(form)
    // The page may validate by itself (`novalidate`), and then a submit event proves nothing.
    if (!type || form.matches(':invalid')) return
    let email: string | undefined
    let name: string | undefined
    if (core._visitor._mayReadForms() && !/password/.test(kindsOf(form)))
      for (const field of fieldsOf(form)) {
        const kind = kindOfField(field)
        // Autofill also fills what a style sheet hides; nobody meant to send that.
        const value = field.checkVisibility?.() === false ? '' : field.value
        if (kind === 'email' && /^\S+@\S+\.\S+$/.test(value)) email ??= value
        if (kind === 'name' && value) name = name ? `${name} ${value}` : value
      }
    const has_email = !!email || undefined
    if (core._act(type, { ...describe(form), has_email, ...markedProps(form) }, 'form') && email)
      core._track('identify', { email, evidence: 'form', traits: { name } })
  }

  hear('input', (event) => {
    // The first element of the path is the field itself, also inside a shadow root.
    const { form } = event.composedPath()[0] as Partial<HTMLInputElement>
    if (!form || started.has(form) || !auto || !typeOf(form)) return
    started.add(form)
    core._track('form_start', describe(form))
  })
  // Only forms are submitted and have form data.
  hear('submit', ({ target, submitter }: SubmitEvent) => {
    if (!submitter || !actionOf(submitter, auto)) submitted(target as HTMLFormElement)
  })
  // `form.submit()` makes no submit event, but a formdata event; so does `new FormData(form)`, as in
  // saving a draft, and only the first one is followed by a navigation.
  hear('formdata', ({ target }) => {
    unsure = target as HTMLFormElement
    setTimeout(() => {
      unsure = undefined
    }, LEAVES_WITHIN_MS)
  })
  listen(
    window.navigation ? 'navigate' : 'pagehide',
    () => unsure && submitted(unsure),
    window.navigation,
  )
}
