import { isE164 } from '@trunkline/core/numbers/phone'
import { statement } from '@trunkline/db/connect'
import { lockNumbers } from '../customers/lock-numbers.ts'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'

/** Between the look-up and here somebody got the number: the transaction must look again. */
export class OwnerAppeared extends Error {
  override readonly name = 'OwnerAppeared'
  readonly code = '40001'

  constructor() {
    super('A number got its owner while its webhook was processed')
  }
}

/** What came for nobody: the name under which it waits, the numbers that were asked for its owner, and the webhook. */
export type Stranger = {
  name: string
  numbers: readonly string[]
  eventType: string
  webhookId: string
  at: string
}

/**
 * Keeps what came for numbers, agents or calls that nobody owns: one open row a name, and beside it every webhook that
 * waits. A name that was called spam or ignored stays so; it is only seen again.
 */
export async function keepUnknown(ctx: Ctx, strangers: readonly Stranger[]): Promise<void> {
  const names = [...new Set(strangers.map(({ name }) => name))].sort()
  const asked = [...new Set([...names, ...strangers.flatMap(({ numbers }) => numbers)])]
  await lockNumbers(ctx, asked)
  const owned = await statement(
    ctx.db,
    `select 1 as one from agents where phone_number = any ($1::text[])
     union all select 1 from unknown_phone where phone_number = any ($2::text[]) and resolution = 'matched'`,
    [asked, names.filter((name) => !isE164(name))],
  )
  if (owned.length > 0) throw new OwnerAppeared()
  const dismissed = await statement<{ phone_number: string }>(
    ctx.db,
    `update unknown_phone set last_seen_at = greatest(last_seen_at, now())
     where phone_number = any ($1::text[]) and resolution in ('spam', 'ignored') returning phone_number`,
    [names],
  )
  const quiet = new Set(dismissed.map((row) => row.phone_number))
  const waiting = strangers.filter(({ name }) => !quiet.has(name))
  if (waiting.length === 0) return
  const open = names.filter((name) => !quiet.has(name))
  const seen = open.map((open) => waiting.filter(({ name }) => name === open))
  const rows = await statement<{ id: string; phone_number: string }>(
    ctx.db,
    `insert into unknown_phone (id, phone_number, event_types, first_seen_at, last_seen_at)
     select id::uuid, phone_number, string_to_array(event_types, ','), first_seen::timestamptz, last_seen::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as stranger (id, phone_number, event_types, first_seen, last_seen)
     order by phone_number
     on conflict (phone_number) where resolved_at is null do update set
       event_types = (select array_agg(distinct kind order by kind) from unnest(unknown_phone.event_types || excluded.event_types) as kind),
       first_seen_at = least(unknown_phone.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(unknown_phone.last_seen_at, excluded.last_seen_at)
     returning id, phone_number`,
    [
      open.map(() => newId()),
      open,
      seen.map((some) => [...new Set(some.map(({ eventType }) => eventType))].sort().join(',')),
      seen.map((some) => some.map(({ at }) => at).sort()[0] ?? ''),
      seen.map(
        (some) =>
          some
            .map(({ at }) => at)
            .sort()
            .at(-1) ?? '',
      ),
    ],
  )
  const idOf = new Map(rows.map((row) => [row.phone_number, row.id]))
  await statement(
    ctx.db,
    `insert into unknown_phone_webhooks (unknown_phone_id, webhook_id)
     select u::uuid, w::uuid from unnest($1::text[], $2::text[]) as waiting (u, w) order by w on conflict do nothing`,
    [waiting.map(({ name }) => idOf.get(name) ?? ''), waiting.map(({ webhookId }) => webhookId)],
  )
}
