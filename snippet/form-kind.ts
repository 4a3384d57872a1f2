/** What a form is for, told by its fields; never by what was typed into them. */

import { attributeOf } from './markup.ts'

export type FieldKind =
  | 'none'
  | 'password'
  | 'secret'
  | 'search'
  | 'email'
  | 'message'
  | 'phone'
  | 'name'
  | 'other'

export type FormKind = 'search' | 'account' | 'generate_lead' | 'sign_up' | 'form_submit'

/** Parameters that usually carry what somebody searched for. */
export const SEARCH_PARAM = /^(q|s|search|query|keyword)$/i

/** `type` as the DOM has it, `autocomplete` as written, `name` the field's name and id. */
export function kindOfField(type: string, autocomplete: string, name: string): FieldKind {
  const hint = autocomplete.toLowerCase()
  // A box to tick is consent far more often than information.
  if (/hidden|submit|button|image|reset|checkbox|fieldset|output/.test(type)) return 'none'
  if (type === 'password' || hint.endsWith('password')) return 'password'
  if (/one-time|cc-/.test(hint)) return 'secret'
  if (type === 'search') return 'search'
  if (type === 'email' || /(^| )email$/.test(hint) || (type === 'text' && /e-?mail/i.test(name)))
    return 'email'
  if (type === 'textarea') return 'message'
  if (type === 'tel' || /(^| )tel/.test(hint) || /phone|mobile/i.test(name)) return 'phone'
  return /(^| )((given|family)-)?name$/.test(hint) ? 'name' : 'other'
}

/** `looksLikeSearch`: the form says so, or asks with GET for a usual search parameter. */
export function classifyForm(fields: readonly FieldKind[], looksLikeSearch: boolean): FormKind {
  const has = (kind: FieldKind) => fields.includes(kind)
  if (has('password')) return 'account'
  if (!has('email')) return looksLikeSearch || has('search') ? 'search' : 'form_submit'
  if (has('message') || has('phone')) return 'generate_lead'
  return fields.every((kind) => kind === 'email' || kind === 'none') ? 'sign_up' : 'form_submit'
}

export interface DescribedField {
  readonly _kind: FieldKind
  readonly _input: HTMLInputElement
}

/** The form's fields with their kinds. */
export function fieldsOf(form: HTMLFormElement): readonly DescribedField[] {
  // Buttons, selects and text areas have the properties read here as well.
  return ([...form.elements] as HTMLInputElement[]).map((_input) => ({
    _input,
    _kind: kindOfField(
      _input.type,
      attributeOf(_input, 'autocomplete'),
      `${_input.name} ${_input.id}`,
    ),
  }))
}

/** Whether submitting shows as a usual search parameter in the address of the next page. */
export function asksInAddress(form: HTMLFormElement): boolean {
  return (
    !/post/i.test(attributeOf(form, 'method')) &&
    fieldsOf(form).some((field) => SEARCH_PARAM.test(field._input.name))
  )
}

export function kindOfForm(form: HTMLFormElement): FormKind {
  return classifyForm(
    fieldsOf(form).map((field) => field._kind),
    !!form.closest('[role=search],search') || asksInAddress(form),
  )
}
