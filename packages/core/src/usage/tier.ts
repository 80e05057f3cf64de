import { z } from 'zod'

/** Tiers in rank order. Their figures rest in `tier_snapshots`; these are the words. */
export const tierKeys = ['core', 'pro', 'elite', 'scale'] as const
export type TierKey = (typeof tierKeys)[number]
export const tierSchema = z.enum(tierKeys)

/** When a change of tier takes hold. */
export const tierMoments = ['now', 'period_end'] as const
export type TierMoment = (typeof tierMoments)[number]

export const tierChangeStates = ['pending', 'applied', 'cancelled', 'superseded'] as const
export type TierChangeState = (typeof tierChangeStates)[number]

const figure = z.number().int().min(0)
const mostSeconds = 10_000_000
const mostSegments = 10_000_000

/** What a version of a tier says. Prices in cents, calls in seconds, texts in segments. */
export const tierTerms = z.object({
  monthlyPriceCents: figure.max(100_000_000),
  callCapSeconds: figure.max(mostSeconds),
  smsCapSegments: figure.max(mostSegments),
  callGraceSeconds: figure.max(mostSeconds),
  smsGraceSegments: figure.max(mostSegments),
  callRolloverSeconds: figure.max(mostSeconds),
  smsRolloverSegments: figure.max(mostSegments),
})
export type TierTerms = z.infer<typeof tierTerms>
