import { toWireId } from '@trunkline/core/platform/wire-id'
import { keyStates, scopeSchema, stateOfKey } from '@trunkline/core/sessions/scope'
import type { apiKeys } from '@trunkline/db/schema/sessions'
import { z } from 'zod'

export const keyRow = z.object({
  id: z.string(),
  name: z.string(),
  /** What is shown of it: `tk_` and eight characters. */
  prefix: z.string(),
  scopes: z.array(scopeSchema),
  customerId: z.string().nullable(),
  customerName: z.string().nullable(),
  state: z.enum(keyStates),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})

export function toKeyRow(
  row: {
    key: typeof apiKeys.$inferSelect
    isReplaced: boolean
    customerName: string | null
    createdBy: string
  },
  now: Date,
): z.infer<typeof keyRow> {
  const { key, isReplaced, customerName, createdBy } = row
  return {
    id: toWireId('apiKey', key.id),
    name: key.name,
    prefix: `tk_${key.prefix}`,
    scopes: key.scopes,
    customerId: key.customerId === null ? null : toWireId('customer', key.customerId),
    customerName,
    state: stateOfKey({ ...key, isReplaced }, now),
    createdBy,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  }
}
