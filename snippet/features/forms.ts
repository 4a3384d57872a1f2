/**
 * `form_start` and the event of a submitted form; with it, where that is allowed, who submitted it.
 * Field values are looked at only here, only at submit, and only those of an e-mail field and of
 * fields that `autocomplete` marks as a name; a form with a password is not looked at, at all.
 */
import { config, isAuto } from '../config.ts'
import { act, track } from '../core.ts'
import { eventOfForm, linesOf, MAIL, NAME, valuesOf } from '../form-kind.ts'
import { LEAVES_WITHIN_MS } from '../limits.ts'
import { listen } from '../listen.ts'
import { hear, markedProps } from '../markup.ts'
import { mayRecognise } from '../visitor.ts'

/** Answers what watches a document that is not the page's own. */
export function forms(): (root: Node) => void {
  const known = new WeakSet<Node>()
  let unsure: Event | false | undefined

  // Not the property: a field that is called "id" hides the form's own.
  const idOf = (form: HTMLFormElement) => form.getAttribute('id') || undefined
  const typeOf = (form: HTMLFormElement) => form.dataset.piqueEvent || (isAuto && eventOfForm(form))

  const submitted = (form: HTMLFormElement) => {
    const type = typeOf(form)
    // The page may validate by itself (`novalidate`), and then a submit event proves nothing.
    if (!type || form.matches(':invalid')) return
    const email =
      config.identify !== 'off' &&
      mayRecognise() &&
      // Nothing is read from a form with a password.
      !/password/.test(linesOf(form)) &&
      valuesOf(form, MAIL).find((value) => /^\S+@\S+\.\S+$/.test(value))
    const props = { form_id: idOf(form), has_email: !!email, ...markedProps(form) }
    if (act(type, props, 'form', form) && email)
      track('identify', {
        email,
        evidence: 'form',
        traits: { name: valuesOf(form, NAME).join(' ') || undefined },
      })
  }

  /** Hears a document or, since a submit stays inside, a shadow root. */
  const watch = (root: Node, target: EventTarget = root) => {
    if (known.has(root)) return
    known.add(root)
    hear(
      'click input formdata submit',
      (event: Event) => {
        const { type } = event
        // A field belongs to a form wherever it stands; otherwise it is the form that is spoken of.
        const [field] = event.composedPath() as HTMLInputElement[]
        const form = (field?.form ?? field) as HTMLFormElement
        watch(form.getRootNode())
        // `form.submit()` makes no submit event, but a formdata event; so does `new FormData(form)`, as in
        // saving a draft, and only the first one is followed by a navigation at once.
        unsure = type === 'formdata' && event
        if (type === 'submit') submitted(form)
        if (type === 'input' && isAuto && !known.has(form) && typeOf(form)) {
          known.add(form)
          track('form_start', { form_id: idOf(form) })
        }
      },
      target,
    )
  }

  watch(document, window)
  listen(
    'navigate',
    ({ timeStamp }) =>
      unsure &&
      timeStamp - unsure.timeStamp < LEAVES_WITHIN_MS &&
      submitted(unsure.target as HTMLFormElement),
    window.navigation,
  )
  return watch
}
