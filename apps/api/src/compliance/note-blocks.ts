import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'

/** `at`: when it was told; undefined: just now. */
export type Block = { line: string; phoneNumber: string; webhookId?: string; at?: string }

/**
 * A provider sends nothing to somebody any more: he told it, so he told us. Written down where our own ledger does not know, as of when it
 * was told: who has come back since has come back from it.
 */
export async function noteBlocks(ctx: Ctx, blocks: readonly Block[]): Promise<void> {
  if (blocks.length === 0) return
  await statement(
    ctx.db,
    `insert into consents (id, customer_id, line, phone_number, channel, action, method, webhook_id, by, occurred_at)
     select id::uuid, (select customer_id from agents where agents.phone_number = blocked.line), line, phone_number, 'sms', 'revoke', 'provider',
       nullif(webhook_id, '')::uuid, 'provider', at
     from (
       select distinct on (line, phone_number) id, line, phone_number, webhook_id, least(nullif(at, '')::timestamptz, now()) as at
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as told (id, line, phone_number, webhook_id, at)
       order by line, phone_number, 5 desc
     ) as blocked
     where not exists (select 1 from consents as later where later.phone_number = blocked.phone_number and later.line = blocked.line
       and later.channel = 'sms' and later.action <> 'revoke' and later.occurred_at > blocked.at) and not exists (select 1 from consents as known where known.phone_number = blocked.phone_number and known.line = blocked.line
       and known.channel = 'sms' and known.action = 'revoke' and known.occurred_at >= coalesce((select max(occurred_at) from consents as later
         where later.phone_number = blocked.phone_number and later.line = blocked.line and later.channel = 'sms' and later.action <> 'revoke'), '-infinity'))`,
    [
      blocks.map(() => newId()),
      blocks.map(({ line }) => line),
      blocks.map(({ phoneNumber }) => phoneNumber),
      blocks.map(({ webhookId }) => webhookId ?? ''),
      blocks.map(({ at }) => at ?? ''),
    ],
  )
}
