import type { CrmJson, CrmKind } from '../store/crm-store.ts'
import type { SiteJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'
import type { ChoiceView } from './present-connect.ts'
import { type Choice, siteChoices } from './present-settings.ts'
import type { StateView } from './present-webhooks.ts'
import { maybeWhen, plural, type When } from './words.ts'

/** CRMs on Connect: whether each is in step with the leads, and why not. */

export const CRM = '/connect/crm'

export const CRM_WORDS = {
  hubspot: {
    name: 'HubSpot',
    secret: 'Token of a private app',
    expects: 'the token of a private app',
    hint: 'Make a private app with the scopes crm.objects.contacts.write and crm.schemas.contacts.write. The properties of contacts, pique_score and the like, are made with the first leads.',
  },
  salesforce: {
    name: 'Salesforce',
    secret: 'Client id and secret, as ID:SECRET',
    expects: 'the client id and secret with a colon between them',
    hint: 'Make a connected app with the client credentials flow, and the fields Pique_Id__c (an external id), Pique_Score__c, Pique_Grade__c, Pique_Stage__c, Pique_Engagement__c, Pique_Fit__c, Pique_Reasons__c and Pique_Last_Seen__c on contacts.',
  },
} as const satisfies Record<CrmKind, object>

export function crmKindOf(text: string | undefined): CrmKind {
  return text === 'salesforce' ? text : 'hubspot'
}

export interface CrmRow {
  readonly name: string
  readonly kind: string
  readonly state: StateView
  /** Why it is not in step; empty where it is. */
  readonly why: string
  readonly facts: string
  readonly synced: When | null
  readonly failingSince: When | null
  readonly refusedTitle: string
  readonly refused: readonly {
    readonly lead: string
    readonly href: string
    readonly why: string
  }[]
  readonly removeAction: string
}

export interface CrmTyped {
  readonly kind: CrmKind
  readonly name: string
  readonly url: string
  readonly site: string
}

export interface CrmsView extends CrmTyped {
  readonly rows: readonly CrmRow[]
  readonly choices: readonly ChoiceView[]
  readonly kindName: string
  readonly secretLabel: string
  readonly hint: string
  readonly sites: readonly Choice[]
  readonly action: string
  readonly command: string
}

export function presentCrms(
  crms: readonly CrmJson[],
  {
    site,
    sites,
    typed,
    now,
  }: {
    readonly site: SiteJson
    readonly sites: readonly SiteJson[]
    readonly typed: CrmTyped
    readonly now: number
  },
): CrmsView {
  const kinds = Object.keys(CRM_WORDS) as CrmKind[] // the keys of a record of ours
  const { name, secret, hint } = CRM_WORDS[typed.kind]
  return {
    ...typed,
    rows: crms.map((one) => rowOf(one, site, sites, now)),
    choices: kinds.map((key) => ({
      label: CRM_WORDS[key].name,
      href: `${hrefOf(CRM, { site: site.id, to: key })}#add-title`,
      current: key === typed.kind,
    })),
    kindName: name,
    secretLabel: secret,
    hint,
    sites: siteChoices(sites),
    action: hrefOf(`${CRM}/add`, { site: site.id }),
    command:
      typed.kind === 'hubspot'
        ? 'PIQUE_CRM_SECRET=TOKEN pique crm add hubspot --mapping mapping.yaml'
        : 'PIQUE_CRM_SECRET=ID:SECRET pique crm add salesforce --url https://YOURNAME.my.salesforce.com --mapping mapping.yaml',
  }
}

function rowOf(one: CrmJson, site: SiteJson, sites: readonly SiteJson[], now: number): CrmRow {
  const kind = CRM_WORDS[one.kind].name
  const of = sites.find(({ id }) => id === one.site)?.name ?? one.site
  const error = one.error ?? ''
  return {
    name: one.name === one.kind ? kind : one.name,
    kind: one.name === one.kind ? '' : kind,
    state: stateOf(one),
    why: error === '' ? '' : `${error[0]?.toUpperCase()}${error.slice(1)}.`,
    facts: `${one.site === null ? 'Leads of every site' : `Leads of ${of}`}, into ${one.object} at ${new URL(one.url).host}`,
    synced: maybeWhen(one.synced_at, now),
    failingSince: maybeWhen(one.failing_since, now),
    refusedTitle:
      one.refused.length === 0 ? '' : `${plural(one.refused.length, 'record')} not taken lately`,
    refused: one.refused.map(({ lead, why }) => ({
      lead,
      href: hrefOf(`/leads/${encodeURIComponent(lead)}`, {}),
      why,
    })),
    removeAction: hrefOf(`${CRM}/${one.id}/remove`, { site: site.id }),
  }
}

function stateOf({ state, error, synced_at: synced }: CrmJson): StateView {
  if (state === 'stopped') return { words: 'Stopped', tone: 'bad' }
  if (error !== null) return { words: 'Failing', tone: 'bad' }
  return synced === null ? { words: 'Beginning', tone: 'calm' } : { words: 'In step', tone: 'good' }
}

/** For the top of Connect: what is wrong with CRMs, and nothing where nothing is. */
export function crmTrouble(
  crms: readonly CrmJson[],
  site: Pick<SiteJson, 'id'>,
): { readonly words: string; readonly href: string } | null {
  const bad = crms.find((one) => stateOf(one).tone === 'bad')
  if (!bad) return null
  const { name } = CRM_WORDS[bad.kind]
  return {
    words: `${name} is not in step${bad.error ? `: ${bad.error}` : ''}.`,
    href: hrefOf(CRM, { site: site.id }),
  }
}
