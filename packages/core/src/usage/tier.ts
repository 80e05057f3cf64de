import { z } from 'zod'

/** Tiers in rank order. Their figures rest in `tier_snapshots`; these are the words. */
export const tierKeys = ['core', 'pro', 'elite', 'scale'] as const
export type TierKey = (typeof tierKeys)[number]
export const tierSchema = z.enum(tierKeys)
