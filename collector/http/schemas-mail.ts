import { z } from '@hono/zod-openapi'
import { PROVIDERS } from '../intake/mail-events.ts'
import type { EmailLinkJson, IntakeJson } from '../store/mail-shapes.ts'
import { exactly, instant, maybe, text } from './schemas.ts'

/** Links in e-mails; see schemas.ts. */

const linkFields = {
  id: text.openapi({ example: 'ln_1' }),
  site: text.openapi({ example: 'si_1' }),
  email: maybe,
  user_id: maybe,
  url: text.openapi({ description: 'Where it leads, without what makes it somebody’s.' }),
  created_at: instant,
  expires_at: instant,
}
export const emailLink = exactly<EmailLinkJson>()(z.object(linkFields)).openapi('EmailLink')

export const madeLinks = z
  .object({
    data: z
      .array(
        z
          .object({
            ...linkFields,
            address: text.openapi({
              description: 'What goes into the e-mail; shown this once.',
              example:
                'https://shop.example/pricing?utm_source=email&utm_medium=email&utm_pique=5f….0b…',
            }),
          })
          .openapi('NewEmailLink'),
      )
      .readonly(),
  })
  .openapi('NewEmailLinks')

const intakeFields = {
  id: text.openapi({ example: 'in_1' }),
  site: text.openapi({ example: 'si_1' }),
  name: text,
  provider: z.enum(PROVIDERS),
  path: text.openapi({ description: 'Behind the collector’s address.', example: '/hooks/5f…' }),
  creates_leads: z.boolean(),
  created_at: instant,
}
export const intake = exactly<IntakeJson>()(z.object(intakeFields)).openapi('Intake')

export const newIntake = z
  .object({
    ...intakeFields,
    url: text.openapi({ description: 'To be pasted at the provider.' }),
    secret: maybe.openapi({ description: 'Where it was made here; shown this once.' }),
  })
  .openapi('NewIntake')
