import { z } from 'zod'
import { toWireId } from '../platform/wire-id.ts'
import { type Allowance, limitState, limitStates, percentUsed, remaining } from './limit.ts'
import { type EntryKind, entryKinds, type Meter, meters } from './meter.ts'
import { pauseCauseSchema } from './pause.ts'
import { tierSchema } from './tier.ts'

export const limitStateSchema = z.enum(limitStates)

export const usageMeter = z.object({
  used: z.number(),
  cap: z.number(),
  credit: z.number(),
  reserved: z.number(),
  remaining: z.number(),
  percent: z.number(),
  state: limitStateSchema,
})

export const usageStatus = z.object({
  customerId: z.string(),
  tier: tierSchema,
  periodStart: z.string(),
  periodEnd: z.string(),
  calls: z.object({
    usedSeconds: z.number(),
    capSeconds: z.number(),
    creditSeconds: z.number(),
    /** How much of the credit was left over from the period before. */
    rolloverSeconds: z.number(),
    reservedSeconds: z.number(),
    graceSeconds: z.number(),
    remainingSeconds: z.number(),
    state: limitStateSchema,
  }),
  sms: z.object({
    usedSegments: z.number(),
    capSegments: z.number(),
    creditSegments: z.number(),
    reservedSegments: z.number(),
    graceSegments: z.number(),
    remainingSegments: z.number(),
    state: limitStateSchema,
  }),
  tierVersion: z.number(),
  limitRevision: z.number(),
  /** Why nothing is admitted, cause by cause. The reasons are for people of ours. */
  pauses: z.array(
    z.object({
      cause: pauseCauseSchema,
      reason: z.string().nullable(),
      since: z.string(),
      expiresAt: z.string().nullable(),
    }),
  ),
  waitingTierChange: z.object({ id: z.string(), tier: tierSchema, dueAt: z.string() }).nullable(),
})

export const usageEntry = z.object({
  id: z.string(),
  meter: z.enum(meters),
  kind: z.enum(entryKinds),
  quantity: z.number(),
  occurredAt: z.string(),
  recordedAt: z.string(),
})

/** An entry with what it belongs to and what it corrects. */
export const ledgerEntry = usageEntry.extend({
  periodStart: z.string(),
  /** The call or message; null where a service or a person booked it. */
  callId: z.string().nullable(),
  messageId: z.string().nullable(),
  webhookId: z.string().nullable(),
  correctsId: z.string().nullable(),
  reason: z.string().nullable(),
})

type LedgerEntry = Entry & {
  idemKey: string
  periodStart: Date
  eventId: string
  webhookId: string | null
  correctsId: string | null
  reason: string | null
}

export function toLedgerEntry(entry: LedgerEntry): z.infer<typeof ledgerEntry> {
  const { idemKey, eventId, webhookId, correctsId, reason } = entry
  return {
    ...toUsageEntry(entry),
    periodStart: entry.periodStart.toISOString(),
    callId: idemKey.startsWith('call:') ? toWireId('call', eventId) : null,
    messageId: idemKey.startsWith('message:') ? toWireId('message', eventId) : null,
    webhookId: webhookId === null ? null : toWireId('webhook', webhookId),
    correctsId: correctsId === null ? null : toWireId('usageEntry', correctsId),
    reason,
  }
}

type Entry = { id: string; meter: Meter; kind: EntryKind; quantity: number; occurredAt: Date; createdAt: Date }

export const toUsageEntry = (entry: Entry): z.infer<typeof usageEntry> => ({
  id: toWireId('usageEntry', entry.id),
  meter: entry.meter,
  kind: entry.kind,
  quantity: entry.quantity,
  occurredAt: entry.occurredAt.toISOString(),
  recordedAt: entry.createdAt.toISOString(),
})

/** One meter as screens show it: seconds or segments. */
export function toUsageMeter(allowance: Allowance): z.infer<typeof usageMeter> {
  return {
    used: allowance.used,
    cap: allowance.cap,
    credit: allowance.credit + allowance.rollover,
    reserved: allowance.reserved,
    remaining: remaining(allowance),
    percent: percentUsed(allowance),
    state: limitState(allowance),
  }
}
