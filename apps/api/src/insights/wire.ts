import { severities, severitySchema } from '@trunkline/core/alerts/severity'
import { circuits, providerStates } from '@trunkline/core/providers/breaker'
import { tierSchema } from '@trunkline/core/usage/tier'
import { usageMeter } from '@trunkline/core/usage/wire'
import { z } from 'zod'
import { alertRow } from '../alerts/wire.ts'

const trend = z.object({ today: z.number(), sameTimeLastWeek: z.number(), spark: z.array(z.number()) })

export const overview = z.object({
  now: z.string(),
  sentence: z.object({
    state: z.enum(['quiet', 'attention']),
    items: z.array(
      z.object({
        severity: severitySchema,
        text: z.string(),
        link: z.object({
          to: z.enum(['alerts', 'webhooks', 'unknown-numbers', 'customers']),
          id: z.string().optional(),
        }),
      }),
    ),
  }),
  calls: trend,
  messages: trend,
  seconds: trend,
  inbox: z.object({
    waiting: z.number(),
    failed: z.number(),
    dead: z.number(),
    oldestWaitingSeconds: z.number(),
  }),
  openAlerts: z.object({ total: z.number(), bySeverity: z.record(z.enum(severities), z.number()) }),
  unknownNumbers: z.number(),
  lastAlerts: z.array(alertRow),
  nearestCap: z.array(
    z.object({
      customerId: z.string(),
      businessName: z.string(),
      tier: tierSchema,
      calls: usageMeter,
      sms: usageMeter,
    }),
  ),
  providers: z.array(
    z.object({
      provider: z.string(),
      component: z.string(),
      state: z.enum(providerStates),
      circuit: z.enum(circuits),
      lastEventAt: z.string().nullable(),
    }),
  ),
})
export type Overview = z.infer<typeof overview>

const count = z.number()
export const traffic = z.object({
  bucket: z.enum(['hour', 'day']),
  points: z.array(
    z.object({
      at: z.string(),
      calls: z.object({ completed: count, missed: count, failed: count }),
      messages: z.object({ inbound: count, outbound: count, failed: count }),
      seconds: z.number(),
    }),
  ),
})
