import type { inferRouterOutputs } from '@trpc/server'
import type { PublicRouter } from '@trunkline/api/public'
import type { Searched } from '@trunkline/core/webhooks/search'

export type { PublicRouter }

type Answers = inferRouterOutputs<PublicRouter>

/** `searched`: how far a page has looked, where it stopped before the end. */
export type Page<T> = { items: T[]; nextCursor: string | null; searched?: Searched }
type ItemOf<List extends Page<unknown>> = List['items'][number]

export type User = Answers['sessions']['me']
export type SessionRow = ItemOf<Answers['sessions']['list']>
export type PasskeyRow = ItemOf<Answers['sessions']['passkeys']['list']>
export type StaffRow = ItemOf<Answers['staff']['list']>
export type ApiKeyRow = ItemOf<Answers['apiKeys']['list']>
export type Overview = Answers['insights']['overview']
export type Traffic = Answers['insights']['traffic']
export type WebhookRow = ItemOf<Answers['webhooks']['list']>
type Tailed = Answers['webhooks']['tail'] extends AsyncIterable<infer Event> ? Event : never
type TailEvent = Tailed extends { data: infer Data extends { webhook: unknown } } ? Data : never
export type TailedWebhook = NonNullable<TailEvent['webhook']> & { cursor: string }
export type WebhookDetail = Answers['webhooks']['find']
export type ReplayRow = ItemOf<Answers['webhooks']['replays']['list']>
export type BackBill = Answers['webhooks']['previewBackBill']
export type ReplayDetail = Answers['webhooks']['replays']['find']
export type SourceRow = Answers['webhooks']['sources']['list']['items'][number]
export type SourceSecret = SourceRow['secrets'][number]
export type PausedCustomer = Answers['webhooks']['sources']['list']['customers'][number]
export type Gaps = Answers['webhooks']['gaps']['list']
export type CauseRow = Answers['webhooks']['causes']['list']['items'][number]
export type Refusal = NonNullable<CauseRow['refusal']>
export type Reverification = Answers['webhooks']['quarantine']['preview']
export type Reverified = Answers['webhooks']['quarantine']['reverify']
export type WebhookState = WebhookRow['state']
export type Verdict = WebhookRow['verdict']
export type Provider = WebhookRow['provider']
export type CallRow = ItemOf<Answers['calls']['list']>
export type MessageRow = ItemOf<Answers['messages']['list']>
export type UnknownPhone = ItemOf<Answers['unknownPhones']['list']>
export type AlertRow = ItemOf<Answers['alerts']['list']>
export type AlertDetail = Answers['alerts']['find']
export type ErrorRow = ItemOf<Answers['errors']['list']>
export type ErrorDetail = Answers['errors']['find']
export type Severity = AlertRow['severity']
export type CustomerRow = ItemOf<Answers['customers']['list']>
export type CustomerDetail = Answers['customers']['find']
export type Tier = CustomerRow['tier']
export type OwnerRow = ItemOf<Answers['owners']['list']>
export type AuditRow = ItemOf<Answers['audit']['list']>
export type RetentionSettings = Answers['privacy']['retention']
export type HeldRow = Answers['privacy']['plan']['rows'][number]
export type UsageStatus = Answers['usage']['status']
export type UsageMeter = CustomerRow['calls']
export type UsageSeries = Answers['usage']['series']
export type Projection = Answers['usage']['projection']
export type StandingRow = ItemOf<Answers['usage']['standings']>
export type LedgerRow = ItemOf<Answers['usage']['ledger']>
export type HoldRow = ItemOf<Answers['usage']['holds']['list']>
export type CreditRow = ItemOf<Answers['usage']['credits']['list']>
export type TopupRow = Answers['usage']['topups']['list']['items'][number]
export type TierRow = Answers['usage']['tiers']['list']['items'][number]
export type TierVersion = TierRow['earlier'][number]
export type TierPreview = Answers['usage']['tiers']['preview']
export type TierChangePreview = Answers['usage']['tierChanges']['preview']
export type TierChangeRow = ItemOf<Answers['usage']['tierChanges']['list']>
export type BillingAccount = Answers['billing']['overview']
export type BillingAccountRow = ItemOf<Answers['billing']['accounts']['list']>
export type LineRow = ItemOf<Answers['billing']['lines']['list']>
export type ExplainedLine = Answers['billing']['lines']['explain']
export type InvoiceRow = ItemOf<Answers['billing']['invoices']['list']>
export type InvoicePreview = Answers['billing']['invoicePreview']
export type WhatIf = Answers['billing']['whatIf']
export type NoticePreference = Answers['customers']['notices']['preference']
export type NoticeRow = ItemOf<Answers['customers']['notices']['list']>
export type ReconciliationRun = ItemOf<Answers['reconciliation']['runs']['list']>
export type ReconciliationRunDetail = Answers['reconciliation']['runs']['get']
export type ReconciliationSeries = Answers['reconciliation']['series']
export type DifferenceRow = ItemOf<Answers['reconciliation']['differences']['list']>
export type HealPreview = Answers['reconciliation']['heal']['preview']
type Change = Answers['live']['watch'] extends AsyncIterable<infer Event> ? Event : never
export type Topic = Change extends { data: { topics: readonly (infer Name)[] } } ? Name : never
