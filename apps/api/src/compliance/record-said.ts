import { type Classified, ruleVersion } from '@trunkline/core/compliance/classify'
import type { Sql } from '@trunkline/db/connect'
import { newId } from '../platform/id.ts'

/** An inbound text that is about being contacted, as it was understood at the door. */
export type SaidText = Classified & { from: string; to: string; saidAt?: string | undefined }
/** `at` undefined: it has just come. */
export type Heard = SaidText & { webhookId: string; at?: string | undefined }

/**
 * Writes down what people asked of us, on the transaction that keeps the bytes: from the moment at which the provider is
 * answered it is in force, whether or not anything is processed. A revocation by text ends texts and calls; a bare yes counts only where
 * the last one was a keyword. A START was said no later than its provider says, so that one that comes late brings nobody back who has said STOP
 * since; a STOP counts from when it comes. Nothing was said later than now.
 */
export async function recordSaid(sql: Sql, heard: readonly Heard[]): Promise<void> {
  if (heard.length === 0) return
  const column = (value: (one: Heard) => string) => heard.map(value)
  const parameters = [
    column(() => newId()),
    column(() => newId()),
    column(() => newId()),
    column(({ webhookId }) => webhookId),
    column(({ kind }) => kind),
    column(({ rule }) => rule),
    column(({ needsReview }) => String(needsReview)),
    column(({ from }) => from),
    column(({ to }) => to),
    column(({ at }) => at ?? ''),
    column(({ kind, saidAt }) => (kind === 'start' && saidAt) || ''),
    ruleVersion,
  ]
  await sql.unsafe(statement, parameters as never, { prepare: true })
}

const statement = `
with heard as materialized (
  select id::uuid, sms_id::uuid, voice_id::uuid, webhook_id::uuid, kind, rule, needs_review::boolean, phone_number, line,
    least(coalesce(nullif(at, '')::timestamptz, now()), nullif(said_at, '')::timestamptz, now()) as at,
    (select customer_id from agents where agents.phone_number = line) as customer_id
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
    $11::text[]) as heard (id, sms_id, voice_id, webhook_id, kind, rule, needs_review, phone_number, line, at, said_at)
), noted as (
  insert into compliance_events (id, customer_id, kind, rule, needs_review, phone_number, line, webhook_id, rule_version, occurred_at)
  select id, customer_id, kind, rule, needs_review, phone_number, line, webhook_id, $12::text, at from heard
  on conflict (webhook_id) do nothing
  returning id
)
insert into consents (id, customer_id, line, phone_number, channel, action, method, webhook_id, by, occurred_at)
select said.id, customer_id, line, phone_number, channel, action,
  case when rule in ('word', 'programme', 'yes') then 'keyword' else 'phrase' end, webhook_id, 'person', at
from heard cross join lateral (
  values (sms_id, 'sms', 'stop', 'revoke'), (voice_id, 'voice', 'stop', 'revoke'), (sms_id, 'sms', 'start', 'restore')
) as said (id, channel, of, action)
where kind = said.of and heard.id in (select id from noted) and (rule <> 'yes' or 'keyword' = (
  select method from consents as earlier
  where earlier.phone_number = heard.phone_number and earlier.channel = 'sms' and earlier.action = 'revoke' and earlier.line = heard.line
  order by occurred_at desc, method desc limit 1
))`
