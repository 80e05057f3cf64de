import { deliveryChannels, deliveryStates, textProviders } from '@trunkline/core/alerts/delivery'
import { severitySchema } from '@trunkline/core/alerts/severity'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { opsAlerts } from '@trunkline/db/schema/alerts'
import { z } from 'zod'
import { customerRef, toCustomerRef } from '../customers/wire.ts'

export const alertRow = z.object({
  id: z.string(),
  type: z.string(),
  severity: severitySchema,
  title: z.string(),
  message: z.string(),
  customer: customerRef.nullable(),
  createdAt: z.string(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  delivery: z.enum(deliveryStates),
})
export type AlertRow = z.infer<typeof alertRow>

export const alertDetail = alertRow.extend({
  deliveries: z.array(
    z.object({
      channel: z.enum(deliveryChannels),
      provider: z.enum(textProviders).nullable(),
      state: z.enum(deliveryStates),
      at: z.string(),
      reason: z.string().nullable(),
      attempts: z.number(),
    }),
  ),
  runbook: z.string().nullable(),
  explanation: z.array(z.object({ label: z.string(), value: z.string() })),
})

export function toAlertRow(alert: typeof opsAlerts.$inferSelect, businessName: string | null): AlertRow {
  return {
    id: toWireId('alert', alert.id),
    type: alert.alertType,
    severity: alert.severity,
    title: alert.title,
    message: alert.message,
    customer: toCustomerRef(alert.customerId, businessName),
    createdAt: alert.createdAt.toISOString(),
    acknowledgedAt: alert.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: alert.acknowledgedBy,
    delivery: alert.delivery,
  }
}
