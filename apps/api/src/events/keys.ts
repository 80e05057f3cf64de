import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'

const tables = {
  call: { name: 'call_keys', id: 'call_id' },
  message: { name: 'sms_keys', id: 'sms_id' },
} as const

/** A call or message of this batch: the row that stays, rows that turned out to be the same one, and its place in the input. */
export type Subject = { id: string; merged: string[]; members: number[] }

/**
 * Finds, and locks, the row of each event by any of its names. Names that nobody has used get a new row's id. Where one
 * event carries names of two rows, the two were one all along: the older stays, the other is merged into it.
 * The name's row is the lock: two workers with the same call wait for each other here, in the order of the names.
 */
export async function resolveSubjects(
  ctx: Ctx,
  kind: keyof typeof tables,
  events: readonly { keys: readonly string[] }[],
): Promise<Subject[]> {
  const { name, id } = tables[kind]
  const proposed = new Map<string, string>()
  for (const { keys } of events) {
    const shared = keys.map((key) => proposed.get(key)).find((known) => known !== undefined) ?? newId()
    for (const key of keys) if (!proposed.has(key)) proposed.set(key, shared)
  }
  const keys = [...proposed.keys()].sort()
  // sent together, carried out one after the other
  const [, locked] = await Promise.all([
    statement(
      ctx.db,
      `insert into ${name} (key, ${id}) select key, id::uuid from unnest($1::text[], $2::text[]) as name (key, id) order by key on conflict (key) do nothing`,
      [keys, keys.map((key) => proposed.get(key) ?? '')],
    ),
    statement<{ key: string; id: string }>(
      ctx.db,
      `select key, ${id} as id from ${name} where key = any ($1::text[]) order by key for update`,
      [keys],
    ),
  ])
  const idOf = new Map(locked.map((row) => [row.key, row.id]))
  return join(events.map(({ keys }) => keys.map((key) => idOf.get(key) ?? '')))
}

/**
 * Locks what goes by these names, in the order in which whoever records it does: for who will take other locks before he
 * records.
 */
export async function lockSubjects(
  ctx: Ctx,
  names: { calls: readonly string[]; messages: readonly string[] },
): Promise<void> {
  for (const [table, keys] of [
    [tables.call, names.calls],
    [tables.message, names.messages],
  ] as const) {
    if (keys.length === 0) continue
    await statement(ctx.db, `select key from ${table.name} where key = any ($1::text[]) order by key for update`, [
      [...new Set(keys)],
    ])
  }
}

/** Groups events whose rows are linked; the smallest id, which is the oldest row, stays. */
function join(rowsOfEvents: readonly (readonly string[])[]): Subject[] {
  const parent = new Map<string, string>()
  const root = (id: string): string => {
    const above = parent.get(id)
    return above === undefined || above === id ? id : root(above)
  }
  for (const rows of rowsOfEvents) {
    for (const row of rows) {
      const [a, b] = [root(rows[0] ?? row), root(row)].sort()
      if (a !== undefined && b !== undefined && a !== b) parent.set(b, a)
    }
  }
  const subjects = new Map<string, Subject>()
  for (const [member, rows] of rowsOfEvents.entries()) {
    const id = root(rows[0] ?? '')
    const subject = subjects.get(id) ?? { id, merged: [], members: [] }
    subject.members.push(member)
    for (const row of rows) if (row !== id && !subject.merged.includes(row)) subject.merged.push(row)
    subjects.set(id, subject)
  }
  return [...subjects.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Points every name of the merged rows to the row that stays. */
export async function repointKeys(ctx: Ctx, kind: keyof typeof tables, subjects: readonly Subject[]): Promise<void> {
  const { name, id } = tables[kind]
  const pairs = subjects.flatMap((subject) => subject.merged.map((merged) => [merged, subject.id] as const))
  if (pairs.length === 0) return
  await statement(
    ctx.db,
    `update ${name} as name set ${id} = target::uuid from unnest($1::text[], $2::text[]) as pair (source, target) where name.${id} = source::uuid`,
    [pairs.map(([merged]) => merged), pairs.map(([, stays]) => stays)],
  )
}

/** The rows that were merged into others go. */
export async function dropMerged(ctx: Ctx, subjects: readonly Subject[]): Promise<void> {
  const merged = subjects.flatMap((subject) => subject.merged)
  if (merged.length === 0) return
  await statement(ctx.db, 'delete from call_events where id = any (($1::text[])::uuid[])', [merged])
}
