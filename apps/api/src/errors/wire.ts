import { severitySchema } from '@trunkline/core/alerts/severity'
import { errorSources } from '@trunkline/core/errors/fingerprint'
import { errorStates } from '@trunkline/core/errors/lifecycle'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { errorGroups } from '@trunkline/db/schema/errors'
import { z } from 'zod'
import { customerRef } from '../customers/wire.ts'

export const errorRow = z.object({
  id: z.string(),
  source: z.enum(errorSources),
  severity: severitySchema,
  type: z.string(),
  title: z.string(),
  culprit: z.string(),
  state: z.enum(errorStates),
  occurrences: z.number(),
  customers: z.number(),
  /** How often it came back. */
  returns: z.number(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  /** Occurrences in each of the last 24 hours. */
  hours: z.array(z.number()),
})
export type ErrorRow = z.infer<typeof errorRow>

export const errorPage = z.object({
  items: z.array(errorRow),
  nextCursor: z.string().nullable(),
  unresolvedCount: z.number(),
})

const decision = z.object({ at: z.string(), by: z.string() })

export const errorState = z.object({
  state: z.enum(errorStates),
  resolved: decision.extend({ notes: z.string().nullable() }).nullable(),
  ignored: decision
    .extend({ until: z.string().nullable(), occurrences: z.number().nullable(), customers: z.number().nullable() })
    .nullable(),
})

const sample = z.object({
  id: z.string(),
  at: z.string(),
  message: z.string(),
  stack: z.array(z.object({ text: z.string(), isOurs: z.boolean() })),
  place: z.string(),
  requestId: z.string().nullable(),
  actor: z.string().nullable(),
  customer: customerRef.nullable(),
  webhookId: z.string().nullable(),
  /** What was asked, masked; null also where the reader may not see what was said. */
  input: z.string().nullable(),
  release: z.string().nullable(),
  userAgent: z.string().nullable(),
})

export const errorDetail = errorRow.extend({
  ...errorState.shape,
  firstRelease: z.string().nullable(),
  lastRelease: z.string().nullable(),
  alert: z.object({ id: z.string(), title: z.string(), severity: severitySchema }).nullable(),
  /** Whom it has hit most, at most twenty. */
  hits: z.array(z.object({ customer: customerRef, occurrences: z.number() })),
  /** The latest first; the last one is the first that was ever seen. */
  samples: z.array(sample),
})

export const errorCounts = z.object({
  bucket: z.enum(['hour', 'day']),
  points: z.array(z.object({ at: z.string(), occurrences: z.number() })),
})

type Group = typeof errorGroups.$inferSelect

export const toErrorRow = (group: Group, hours: number[]): ErrorRow => ({
  id: toWireId('error', group.id),
  source: group.source,
  severity: group.severity,
  type: group.type,
  title: group.title,
  culprit: group.culprit,
  state: group.state,
  occurrences: group.occurrences,
  customers: group.customers,
  returns: group.returns,
  firstSeenAt: group.firstSeenAt.toISOString(),
  lastSeenAt: group.lastSeenAt.toISOString(),
  hours,
})

export const toErrorState = (group: Group): z.infer<typeof errorState> => ({
  state: group.state,
  resolved:
    group.resolvedAt === null
      ? null
      : { at: group.resolvedAt.toISOString(), by: group.resolvedBy ?? '', notes: group.resolution },
  ignored:
    group.ignoredAt === null
      ? null
      : {
          at: group.ignoredAt.toISOString(),
          by: group.ignoredBy ?? '',
          until: group.ignoreUntil?.toISOString() ?? null,
          occurrences: group.ignoreOccurrences,
          customers: group.ignoreCustomers,
        },
})
