import type { Stage } from '../../test/process/open-stage.ts'
import type { Tellings } from './load.ts'

export type Counted = { acknowledged: number; answers: number; again: number; lost: string[]; doubled: string[] }

/**
 * Holds what the doors acknowledged against what stands in the database. Lost: no processed webhook, no call, or fewer seconds
 * in the ledger or counter than the call lasted. Doubled: a second webhook row, call or ledger entry, or more seconds.
 */
export async function countLosses(
  { sql }: Stage,
  line: { id: string; phoneNumber: string },
  { acknowledged, again }: Tellings,
): Promise<Counted> {
  const [webhooks, ledger, calls, counter] = await Promise.all([
    sql<{ identity: string; rows: number; processed: number }[]>`
      select event_type || ' ' || (body::jsonb #>> '{call,call_id}') as identity, count(*)::int as rows,
        (count(*) filter (where state = 'processed'))::int as processed
      from webhook_queue where phone_number = ${line.phoneNumber} and verdict = 'verified' group by 1`,
    sql<{ id: string; entries: number; seconds: number }[]>`
      select substr(key.key, length('retell:') + 1) as id, count(*)::int as entries, sum(entry.quantity)::int as seconds
      from usage_entries as entry join call_keys as key on key.call_id = entry.event_id and key.key like 'retell:%'
      where entry.customer_id = ${line.id} group by 1`,
    sql<{ id: string; rows: number }[]>`
      select substr(key.key, length('retell:') + 1) as id, count(distinct event.id)::int as rows
      from call_events as event join call_keys as key on key.call_id = event.id and key.key like 'retell:%'
      where event.customer_id = ${line.id} group by 1`,
    sql<{ counter: number; ledger: number; calls: number }[]>`
      select (select call_used_seconds::int from usage_limits where customer_id = ${line.id}) as counter,
        (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${line.id}) as ledger,
        (select count(*)::int from call_events where customer_id = ${line.id}) as calls`,
  ])
  const rowOf = new Map(webhooks.map((row) => [row.identity, row]))
  const entryOf = new Map(ledger.map((row) => [row.id, row]))
  const callOf = new Map(calls.map((row) => [row.id, row]))
  const lost: string[] = []
  const doubled: string[] = []

  const told = new Map<string, number>()
  for (const [identity, { call, event }] of acknowledged) {
    const row = rowOf.get(identity)
    if (row === undefined || row.processed === 0) lost.push(`webhook ${identity}`)
    if (row !== undefined && row.rows > 1) doubled.push(`webhook ${identity}: ${row.rows} rows`)
    const owed = event === 'call_started' ? 0 : call.seconds
    told.set(call.id, Math.max(told.get(call.id) ?? 0, owed))
  }
  for (const [id, seconds] of told) {
    const entry = entryOf.get(id) ?? { entries: 0, seconds: 0 }
    const rows = callOf.get(id)?.rows ?? 0
    if (rows === 0 || entry.seconds < seconds) lost.push(`call ${id}: ${rows} rows, ${entry.seconds} of ${seconds} s`)
    if (rows > 1 || entry.entries > 1 || entry.seconds > seconds)
      doubled.push(`call ${id}: ${rows} rows, ${entry.entries} entries, ${entry.seconds} of ${seconds} s`)
  }
  const owed = told.values().reduce((sum, seconds) => sum + seconds, 0)
  const [sums] = counter
  if (sums === undefined || sums.counter < owed || sums.ledger < owed)
    lost.push(`counter ${sums?.counter}, ledger ${sums?.ledger}, owed ${owed}`)
  if (sums !== undefined && (sums.counter > owed || sums.ledger > owed || sums.calls > told.size))
    doubled.push(`counter ${sums.counter}, ledger ${sums.ledger}, owed ${owed}; ${sums.calls} of ${told.size} calls`)
  const answers = acknowledged.values().reduce((sum, { times }) => sum + times, 0)
  return { acknowledged: acknowledged.size, answers, again, lost, doubled }
}
