import { foundClasses, runStates, runTriggers } from '@trunkline/core/reconciliation/run'
import { severitiesByWeight } from '../alerts/severity.tsx'
import { accountStates, lineKinds } from '../billing/words.tsx'
import { callStatuses } from '../calls/words.tsx'
import { errorSources, errorViews } from '../errors/words.tsx'
import { messageStatuses } from '../messages/words.tsx'
import { measures } from '../reconciliation/series.ts'
import { tiers } from '../usage/tiers.ts'
import { entryKinds, grains, groupings, holdStates, meters } from '../usage/words.ts'
import { replayStates } from '../webhooks/replay-words.tsx'
import { causeClasses, sourceStandings } from '../webhooks/sources-words.tsx'
import { providers, webhookStates } from '../webhooks/words.tsx'
import { cleanRange } from './range.tsx'

type Search = Record<string, unknown>

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() ? value : undefined
}
export function oneOf<const Option extends string>(options: readonly Option[], value: unknown): Option | undefined {
  return options.find((option) => option === value)
}

const unknownKey = 'unknown'
const unknownJoin = ' and '

/** A filter may always be left out. One that is asked for and not known is, and its name and value are kept under `unknown`. */
export const filters =
  <Filters extends object>(read: (search: Search) => Filters) =>
  (search: Search): Partial<Filters> & { unknown?: string } => {
    const found: Filters = read(search)
    const left = Object.entries(found).flatMap(([name, value]) =>
      name !== unknownKey && value === undefined && text(search[name]) ? `${name} “${text(search[name])}”` : [],
    )
    const unknown = [...new Set([...(text(search[unknownKey])?.split(unknownJoin) ?? []), ...left])].join(unknownJoin)
    return { ...found, ...(unknown ? { unknown } : {}) }
  }

export const shellSearch = filters((search) => ({ range: cleanRange(search.range) }))
export const webhookSearch = filters((search) => ({
  state: oneOf(webhookStates, search.state),
  provider: oneOf(providers, search.provider),
  cause: /^[0-9a-f]{16}$/.test(text(search.cause) ?? '') ? text(search.cause) : undefined,
  phone: text(search.phone),
  q: text(search.q),
}))
export const sourceSearch = filters((search) => ({
  tab: oneOf(['causes', 'gaps'], search.tab),
  provider: oneOf(providers, search.provider),
  stands: oneOf(sourceStandings, search.stands),
  class: oneOf(causeClasses, search.class),
  act: oneOf(['pause', 'resume', 'customer', 'secrets', 'source', 'reverify'], search.act),
  of: text(search.of),
}))
const eventSearch = (statuses: readonly string[]) =>
  filters((search) => ({
    status: oneOf(statuses, search.status),
    phone: text(search.phone),
    customer: text(search.customer),
  }))
export const callSearch = eventSearch(callStatuses)
export const messageSearch = eventSearch(messageStatuses)
export const unknownSearch = filters((search) => ({
  show: oneOf(['resolved'], search.show),
  phone: text(search.phone),
}))
export const errorSearch = filters((search) => ({
  which: oneOf(errorViews, search.which),
  severity: oneOf(severitiesByWeight, search.severity),
  source: oneOf(errorSources, search.source),
  q: text(search.q),
  customer: text(search.customer),
}))
export const alertSearch = filters((search) => ({
  view: oneOf(['open', 'acknowledged', 'all'], search.view),
  severity: oneOf(severitiesByWeight, search.severity),
  type: text(search.type),
  customer: text(search.customer),
}))

export const auditSearch = filters((search) => ({
  actor: text(search.actor),
  action: text(search.action),
  subject: text(search.subject),
  customer: text(search.customer),
}))

export const usageSearch = filters((search) => ({
  meter: oneOf(meters, search.meter),
  grain: oneOf(grains, search.grain),
  by: oneOf(groupings, search.by),
  customer: text(search.customer),
  tier: oneOf(tiers, search.tier),
  q: text(search.q),
}))
export const billingSearch = filters((search) => ({ account: oneOf(accountStates, search.account), q: text(search.q) }))
export const customerTabs = ['ledger', 'holds', 'credits', 'billing', 'lines'] as const
export const customerSearch = filters((search) => ({
  tab: oneOf(customerTabs, search.tab),
  meter: oneOf(meters, search.meter),
  kind: oneOf(entryKinds, search.kind),
  hold: oneOf(holdStates, search.hold),
  ended: oneOf(['also'], search.ended),
  line: oneOf(lineKinds, search.line),
  open: text(search.open),
  act: oneOf(['tier', 'grant', 'topup', 'adjust', 'pause', 'resume'], search.act),
}))

export const runSearch = filters((search) => ({
  outcome: oneOf(runStates, search.outcome),
  trigger: oneOf(runTriggers, search.trigger),
  drawn: oneOf(measures, search.drawn),
  start: oneOf(['yes'], search.start),
}))
export const differenceSearch = filters((search) => ({
  tab: oneOf(['compared'], search.tab),
  class: oneOf(foundClasses, search.class),
  provider: oneOf(providers, search.provider),
  customer: text(search.customer),
  flagged: oneOf(['yes', 'no'], search.flagged),
  open: text(search.open),
  act: oneOf(['heal', 'one'], search.act),
}))

export const replaySearch = filters((search) => ({
  replay: oneOf(replayStates, search.replay),
  of: oneOf(['received', 'processed', 'failed', 'dead'], search.of),
  provider: oneOf(providers, search.provider),
  cause: text(search.cause),
  phone: text(search.phone),
  customer: text(search.customer),
  q: text(search.q),
  json: text(search.json),
  is: text(search.is),
  items: oneOf(['changed', 'refused', 'skipped', 'failed'], search.items),
  act: oneOf(['confirm'], search.act),
}))

export type ReplaySearch = ReturnType<typeof replaySearch>
export type RunSearch = ReturnType<typeof runSearch>
export type DifferenceSearch = ReturnType<typeof differenceSearch>
export type UsageSearch = ReturnType<typeof usageSearch>
export type BillingSearch = ReturnType<typeof billingSearch>
export type CustomerSearch = ReturnType<typeof customerSearch>
export type AuditSearch = ReturnType<typeof auditSearch>
export type SourceSearch = ReturnType<typeof sourceSearch>
export type WebhookSearch = ReturnType<typeof webhookSearch>
export type EventSearch = ReturnType<typeof callSearch>
export type UnknownSearch = ReturnType<typeof unknownSearch>
export type ErrorSearch = ReturnType<typeof errorSearch>
export type AlertSearch = ReturnType<typeof alertSearch>
