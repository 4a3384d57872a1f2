/** What a form is for, told by its fields; never by what was typed into them. */
import { attributeOf } from './markup.ts'

/** `type` as the DOM has it, but for what only names and `autocomplete` tell; '' for what says nothing. */
export function kindOfField(field: HTMLInputElement): string {
  const { type } = field
  const hint = attributeOf(field, 'autocomplete') ?? ''
  const name = `${field.name} ${field.id}`
  // A box to tick is consent far more often than information.
  if (/hidden|submit|button|image|reset|checkbox|fieldset|output/.test(type)) return ''
  if (/password$/.test(hint)) return 'password'
  if (/one-time|cc-/.test(hint) || type !== 'text') return type
  if (/mail/i.test(hint + name)) return 'email'
  if (/^(q|s|search|query|keyword) /i.test(name)) return 'search'
  if (/phone|mobile|\btel/i.test(hint + name)) return 'tel'
  return /(^| )(given-|family-)?name$/.test(hint) ? 'name' : type
}

/** Buttons, selects and text areas have the properties read here as well. */
export function fieldsOf(form: HTMLFormElement): readonly HTMLInputElement[] {
  return [...form.elements] as HTMLInputElement[]
}

/** The kinds of the form's fields, joined. */
export function kindsOf(form: HTMLFormElement): string {
  return fieldsOf(form).map(kindOfField).join('')
}

/** `search`, or the event that submitting the form is. */
export function kindOfForm(form: HTMLFormElement): string {
  const kinds = kindsOf(form)
  if (/password/.test(kinds)) return 'form_submit'
  if (!/email/.test(kinds))
    return /search/.test(kinds) || form.closest('[role=search],search') ? 'search' : 'form_submit'
  if (/textarea|tel/.test(kinds)) return 'generate_lead'
  return /^(email)+$/.test(kinds) ? 'sign_up' : 'form_submit'
}
