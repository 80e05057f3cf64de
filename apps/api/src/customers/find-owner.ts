import { isE164 } from '@trunkline/core/numbers/phone'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/**
 * What may tell whose call or message it is: the numbers that may be its line, the likeliest first, and the name under which
 * it waits where nobody owns them.
 */
export type OwnerHint = {
  numbers: readonly string[]
  customerId: string | undefined
  agentId: string | undefined
  waitsAs: string | undefined
}

/** The customer, and the line by which it is his where it was the line that told. */
export type Owner = { customerId: string; phoneNumber: string | undefined }

/**
 * Whose each of them is: the line's number first, then our own customer id as we gave it to the provider, then the
 * vendor's agent where only one customer uses it (K-9: a shared agent says nothing), then what a person has said of the
 * name. Undefined where nobody's. Most are told by their number: only for the others is more looked up.
 */
export async function findOwners(ctx: Ctx, hints: readonly OwnerHint[]): Promise<(Owner | undefined)[]> {
  const lines = await statement<{ phone_number: string; customer_id: string }>(
    ctx.db,
    'select phone_number, customer_id from agents where phone_number = any ($1::text[])',
    [distinct(hints.flatMap((hint) => hint.numbers))],
  )
  const byNumber = new Map(lines.map((line) => [line.phone_number, line.customer_id]))
  const lineOf = ({ numbers }: OwnerHint) => numbers.find((number) => byNumber.has(number))
  const left = hints.filter((hint) => lineOf(hint) === undefined)
  const existing = await customersAmong(ctx, distinct(left.map((hint) => hint.customerId)))
  const byAgent = await ownersOfAgents(ctx, distinct(left.map((hint) => hint.agentId)))
  const byName = await ownersOfNames(ctx, distinct(left.map((hint) => hint.waitsAs)))
  return hints.map((hint) => {
    const phoneNumber = lineOf(hint)
    const owner = phoneNumber === undefined ? undefined : byNumber.get(phoneNumber)
    if (owner !== undefined) return { customerId: owner, phoneNumber }
    const { customerId, agentId, waitsAs } = hint
    if (customerId !== undefined && existing.has(customerId)) return { customerId, phoneNumber: undefined }
    const named = byAgent.get(agentId ?? '') ?? byName.get(waitsAs ?? '')
    return named === undefined ? undefined : { customerId: named, phoneNumber: undefined }
  })
}

async function customersAmong(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const known = await statement<{ id: string }>(
    ctx.db,
    'select id from customers where id = any (($1::text[])::uuid[])',
    [ids],
  )
  return new Set(known.map(({ id }) => id))
}

/** The one customer of each agent that has no other. Of an agent that hundreds share two lines are read. */
async function ownersOfAgents(ctx: Ctx, agentIds: readonly string[]): Promise<Map<string, string>> {
  if (agentIds.length === 0) return new Map()
  const owned = await statement<{ agent_id: string; customer_id: string }>(
    ctx.db,
    // in the order of the index, and no further: equal ones would be looked for through the whole table, and a join would read all of them
    `select asked.agent_id, one.customer_id from unnest($1::text[]) as asked (agent_id)
       cross join lateral (
         select agent_id, customer_id from agents where agents.agent_id >= asked.agent_id order by agents.agent_id limit 1
       ) as one
     where one.agent_id = asked.agent_id and (
         select other.agent_id from agents as other where other.agent_id >= asked.agent_id and other.customer_id <> one.customer_id
         order by other.agent_id limit 1
       ) is distinct from asked.agent_id`,
    [agentIds],
  )
  return new Map(owned.map((row) => [row.agent_id, row.customer_id]))
}

/** What a person has said of names that are no numbers and so have no line. */
async function ownersOfNames(ctx: Ctx, names: readonly string[]): Promise<Map<string, string>> {
  const unlined = names.filter((name) => !isE164(name))
  if (unlined.length === 0) return new Map()
  const matched = await statement<{ phone_number: string; customer_id: string }>(
    ctx.db,
    `select phone_number, customer_id from unknown_phone
     where phone_number = any ($1::text[]) and resolution = 'matched' order by resolved_at`,
    [unlined],
  )
  return new Map(matched.map((row) => [row.phone_number, row.customer_id]))
}

const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value): value is string => value !== undefined)),
]
