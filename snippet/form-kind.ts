/** What a form is for, told by its fields; never by what was typed into them. */

/**
 * One line for each field: `type autocomplete,name,id`. What is no text is what its type says, so that
 * nothing hidden, ticked or chosen passes as an e-mail; and only `autocomplete` makes a name.
 */
export const describe = ({ type, autocomplete, name, id }: HTMLInputElement) =>
  [`${type} ${autocomplete}`, name, id].join().toLowerCase()

export const MAIL = /^(?!.*(cc-|one-time))(email|text .*mail)/m
export const NAME = /^text (.* )?(given-|family-)?name,/

// Buttons, selects and text areas have the properties read here as well.
const fieldsOf = (form: HTMLFormElement) => [
  ...(form.elements as HTMLCollectionOf<HTMLInputElement>),
]

export const linesOf = (form: HTMLFormElement) => fieldsOf(form).map(describe).join('\n')

/** The event that submitting the form is; none for a search, and none for a cart. */
export function eventOfForm(form: HTMLFormElement): string | undefined {
  const lines = linesOf(form)
  if (MAIL.test(lines) && !/password/.test(lines)) {
    if (/^(textarea|tel|text .*(\btel|phone))/m.test(lines)) return 'generate_lead'
    // A box to tick is consent far more often than information.
    if (!/^(text(?!.*mail)|select)/m.test(lines)) return 'sign_up'
  } else if (
    /^(search|text .*,(query|keyword|search|q|s),)/m.test(lines) ||
    /(to.?|[-_/])(wish|cart|ba[gs])|search"/i.test(form.outerHTML)
  )
    return
  return 'form_submit'
}

/** A field of one pixel is as wide as its border and padding; a letter has no room in it. */
const LETTER_PX = 9

/** Whether somebody could have filled it in: not disabled, and in none of the ways out of sight that traps
 *  for robots take, of which a box of one pixel around the field is one. */
const isSeen = (field: HTMLInputElement) => {
  const { right, width } = field.getBoundingClientRect()
  const style = { checkOpacity: true, checkVisibilityCSS: true }
  return (
    field.matches(':enabled') &&
    width > LETTER_PX &&
    field.offsetParent?.clientWidth !== 1 &&
    right > 0 &&
    field.checkVisibility?.(style) !== false
  )
}

/** What is in the fields of a kind that can be seen: autofill also fills what a style sheet hides, and
 *  nobody meant to send that. */
export const valuesOf = (form: HTMLFormElement, kind: RegExp): readonly string[] =>
  fieldsOf(form)
    .filter((field) => kind.test(describe(field)) && isSeen(field))
    .map((field) => field.value)
