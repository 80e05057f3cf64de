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

type Line = { phone_number: string; agent_id: string | null; customer_id: string }

/**
 * Whose each of them is: the line's number first, then our own customer id as we gave it to the provider, then the
 * vendor's agent where only one customer uses it (K-9: a shared agent says nothing), then what a person has said of the
 * name. Undefined where nobody's.
 */
export async function findOwners(ctx: Ctx, hints: readonly OwnerHint[]): Promise<(Owner | undefined)[]> {
  const numbers = distinct(hints.flatMap((hint) => hint.numbers))
  const agentIds = distinct(hints.map((hint) => hint.agentId))
  const customerIds = distinct(hints.map((hint) => hint.customerId))
  const lines = await statement<Line>(
    ctx.db,
    'select phone_number, agent_id, customer_id from agents where phone_number = any ($1::text[]) or agent_id = any ($2::text[])',
    [numbers, agentIds],
  )
  const known =
    customerIds.length === 0
      ? []
      : await statement<{ id: string }>(ctx.db, 'select id from customers where id = any (($1::text[])::uuid[])', [
          customerIds,
        ])
  const byNumber = new Map(lines.map((line) => [line.phone_number, line.customer_id]))
  const customersOf = new Map<string, Set<string>>()
  for (const { agent_id, customer_id } of lines) {
    if (agent_id !== null) customersOf.set(agent_id, (customersOf.get(agent_id) ?? new Set()).add(customer_id))
  }
  const existing = new Set(known.map(({ id }) => id))
  const byName = await ownersOfNames(ctx, distinct(hints.map((hint) => hint.waitsAs)))
  return hints.map(({ numbers, customerId, agentId, waitsAs }) => {
    const phoneNumber = numbers.find((number) => byNumber.has(number))
    const owner = phoneNumber === undefined ? undefined : byNumber.get(phoneNumber)
    if (owner !== undefined) return { customerId: owner, phoneNumber }
    if (customerId !== undefined && existing.has(customerId)) return { customerId, phoneNumber: undefined }
    const sharing = agentId === undefined ? undefined : customersOf.get(agentId)
    const [only] = sharing?.size === 1 ? sharing : []
    const named = only ?? (waitsAs === undefined ? undefined : byName.get(waitsAs))
    return named === undefined ? undefined : { customerId: named, phoneNumber: undefined }
  })
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
