import { charged } from '@trunkline/core/events/message'
import { statement } from '@trunkline/db/connect'
import { toCustomerRef } from '../customers/wire.ts'
import type { Ctx } from '../platform/context.ts'

/** So much of the inbox is read for what it is worth. */
const mostRead = 20_000
const customersShown = 100

type Row = {
  customer_id: string | null
  business_name: string | null
  webhooks: number
  seconds: number
  segments: number
  cents: number
  read: number
}

const whole = (text: string) => `case when ${text} ~ '^\\d{1,9}(\\.\\d{1,9})?$' then ceil((${text})::numeric) end`
const field = (name: string, what = '[^&]{1,255}') => `substring(body from '(?:^|&)${name}=(${what})(?:&|$)')`
const chargedTwilio = charged.map((status) => `'message.${status}'`).join(', ')

/** Of each webhook that waits: the names and the length of the call, or the name and the size of the text, that it says. */
const said = `waiting as materialized (
    select provider, door, event_type, phone_number, case when body_encoding = 'utf8' then body end as body from webhook_queue
    where state in ('received', 'failed') and verdict = 'verified' order by next_attempt_at, id limit ${mostRead + 1}
  ), opened as materialized (
    select provider, phone_number, event_type, case when door not like 'fetched/%' then body end as body, case
      when door like 'fetched/%' then json_at(body, '{}')
      when provider = 'retell' and event_type in ('call_ended', 'call_analyzed') then json_at(body, '{call}')
      when provider = 'telnyx' and event_type in ('call.initiated', 'call.cost', 'message.received', 'message.sent', 'message.finalized') then json_at(body, '{data,payload}')
    end::jsonb as record from waiting
  ), calls as (
    select phone_number, 'retell:' || (record ->> 'call_id') as retell, 'twilio:' || (record #>> '{telephony_identifier,twilio_call_sid}') as carrier,
      ceil(${whole(`record ->> 'duration_ms'`)} / 1000) as seconds
    from opened where provider = 'retell' and record is not null
    union all select phone_number, null, 'twilio:' || coalesce(record ->> 'sid', ${field('CallSid')}), ${whole(`coalesce(record ->> 'duration', ${field('CallDuration')})`)}
    from opened where provider = 'twilio' and event_type in ('call.completed', 'call.fetched') and coalesce(record ->> 'parent_call_sid', '') = ''
    union all select phone_number, null, 'telnyx:' || (record ->> 'call_control_id'), ${whole(`record ->> 'billed_duration_secs'`)}
    from opened where provider = 'telnyx' and event_type like 'call.%' and record is not null
  ), texts as (
    select phone_number, 'twilio:' || coalesce(record ->> 'sid', ${field('MessageSid')}) as name, ${whole(`coalesce(record ->> 'num_segments', ${field('NumSegments')})`)} as segments
    from opened where provider = 'twilio' and event_type in ('message.fetched', ${chargedTwilio})
    union all select phone_number, 'telnyx:' || coalesce(record ->> 'uuid', record ->> 'id'), ${whole(`record ->> 'parts'`)}
    from opened where provider = 'telnyx' and event_type like 'message.%' and record is not null
  )`

/** What of it is not in the ledger yet. A call that its carrier reports, too, is one call, and so is what several webhooks say of it. */
const uncounted = `named as (
    select *, coalesce(max(carrier) over (partition by retell), retell) as name from calls where retell is not null
    union all select *, carrier from calls where retell is null
  ), call as (
    select max(phone_number) as phone_number, coalesce(max(seconds) filter (where retell is not null), max(seconds)) as seconds,
      array_agg(retell) || array_agg(carrier) as keys
    from named where name is not null group by name
  ), text as (
    select max(phone_number) as phone_number, coalesce(max(segments), 1) as segments, name from texts where name is not null group by name
  ), units as (
    select phone_number, greatest(0, least(86400, seconds) - coalesce((
        select max(event.seconds) from call_keys join call_events as event on event.id = call_id
        where key = any (keys) and event.customer_id is not null), 0)) as seconds, 0 as segments, 0 as webhooks
    from call where seconds is not null
    union all select phone_number, 0, greatest(0, segments - coalesce((
        select max(event.segments) from sms_keys join sms_events as event on event.id = sms_id where key = name and event.customer_id is not null), 0)), 0
    from text
    union all select phone_number, 0, 0, 1 from waiting
  )`

/**
 * What has come and is not counted yet, by the customer whose line it names, in minutes, texts and money: a unit at the price of his
 * tier, shared by as many as the tier includes. Of a longer queue the first part is read; `isWhole` says so.
 */
export async function loadBacklog(ctx: Ctx) {
  const rows = await statement<Row>(
    ctx.db,
    `with ${said}, ${uncounted}, line as (
       select phone_number, sum(webhooks) as webhooks, sum(seconds) as seconds, sum(segments) as segments from units group by phone_number
     )
     select customers.id as customer_id, customers.business_name, sum(webhooks)::int as webhooks, sum(seconds)::float8 as seconds, sum(segments)::float8 as segments,
       coalesce(round(max(tier.monthly_price_cents) * (
         coalesce(sum(seconds) / nullif(max(tier.call_cap_seconds), 0), 0) + coalesce(sum(segments) / nullif(max(tier.sms_cap_segments), 0), 0))), 0)::float8 as cents,
       (select count(*)::int from waiting) as read
     from line left join agents on agents.phone_number = line.phone_number left join customers on customers.id = agents.customer_id
     left join tier_snapshots as tier on tier.tier = customers.tier and tier.effective_from <= now() and (tier.effective_until is null or tier.effective_until > now())
     group by customers.id, customers.business_name order by cents desc, seconds desc, webhooks desc limit ${customersShown}`,
    [],
  )
  return {
    isWhole: (rows[0]?.read ?? 0) <= mostRead,
    customers: rows.map(({ customer_id, business_name, webhooks, seconds, segments, cents }) => ({
      customer: toCustomerRef(customer_id, business_name),
      webhooks,
      seconds,
      segments,
      cents,
    })),
  }
}
