/** What a form is for, told by its fields; never by what was typed into them. */

/**
 * A word or so that tells what a field is for: the first of these in `type autocomplete,name,id`. What is
 * no text is what its type says, so that nothing hidden, ticked or chosen passes as an e-mail; and only
 * `autocomplete` makes a name.
 */
export function kindOfField({ type, autocomplete, name, id }: HTMLInputElement): string {
  return (
    `${type} ${autocomplete},${name},${id}`
      .toLowerCase()
      .match(
        /^(?!text )\S+|password|one-time|cc-|mail|,(q|s|search|query|keyword),| (given-|family-)?name,|phone|\btel/,
      )?.[0] ?? type
  )
}

/** Buttons, selects and text areas have the properties read here as well. */
function fieldsOf(form: HTMLFormElement): readonly HTMLInputElement[] {
  return [...form.elements] as HTMLInputElement[]
}

/** The kinds of a form's fields. */
export function kindsOf(form: HTMLFormElement): string {
  return fieldsOf(form).map(kindOfField).join(';')
}

/** What is in the fields of a kind that can be seen: autofill also fills what a style sheet hides, and
 *  nobody meant to send that. */
export function valuesOf(form: HTMLFormElement, kind: RegExp): readonly string[] {
  return fieldsOf(form)
    .filter((field) => kind.test(kindOfField(field)) && field.checkVisibility?.() !== false)
    .map((field) => field.value)
}

/** The event that submitting the form is; none for a search. */
export function eventOfForm(form: HTMLFormElement): string | undefined {
  const kinds = kindsOf(form)
  if (/password/.test(kinds)) return 'form_submit'
  if (!/mail/.test(kinds))
    return /search|,\w+,/.test(kinds) || form.closest('[role=search]') ? undefined : 'form_submit'
  if (/area|tel|phone/.test(kinds)) return 'generate_lead'
  // A box to tick is consent far more often than information.
  return /text|name|sel/.test(kinds) ? 'form_submit' : 'sign_up'
}
