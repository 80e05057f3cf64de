import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** What may tell whose call or message it is. */
export type OwnerHint = { phoneNumber: string | undefined; customerId: string | undefined; agentId: string | undefined }

type Line = { phone_number: string; agent_id: string | null; customer_id: string }

/**
 * Whose each of them is: the line's number first, then our own customer id as we gave it to the provider, then the
 * vendor's agent where only one customer uses it (K-9: a shared agent says nothing). Undefined where nobody's.
 */
export async function findOwners(ctx: Ctx, hints: readonly OwnerHint[]): Promise<(string | undefined)[]> {
  const numbers = distinct(hints.map((hint) => hint.phoneNumber))
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
  return hints.map(({ phoneNumber, customerId, agentId }) => {
    const owner = phoneNumber === undefined ? undefined : byNumber.get(phoneNumber)
    if (owner !== undefined) return owner
    if (customerId !== undefined && existing.has(customerId)) return customerId
    const sharing = agentId === undefined ? undefined : customersOf.get(agentId)
    return sharing?.size === 1 ? [...sharing][0] : undefined
  })
}

const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value): value is string => value !== undefined)),
]
