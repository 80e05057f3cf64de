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
