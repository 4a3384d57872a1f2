import type { IntakeSettings, Provider } from '../intake/mail-events.ts'

/** Where providers of e-mail send their events. */
export interface NewIntake {
  readonly site: number
  readonly name: string
  readonly provider: Provider
  /** What its events are verified with: a public key, a signing key or a password. */
  readonly secret: string
  readonly settings: IntakeSettings
  readonly createdAt: number
}

export interface Intake extends NewIntake {
  readonly ref: number
  /** The public key of its site. */
  readonly siteKey: string
}

/** Every method is one transaction. */
export interface IntakeStore {
  /** Its number, and what its address ends with. */
  addIntake(intake: NewIntake): { readonly ref: number; readonly token: string }
  removeIntake(ref: number): boolean
  /** The one whose address ends with this, with its secret. */
  intakeOf(token: string): Intake | null
}
