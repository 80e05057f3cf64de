import type { Tier } from '../app/contract.ts'

const names: Record<Tier, string> = { core: 'Core', pro: 'Pro', elite: 'Elite', scale: 'Scale' }

/** In rank order. */
export const tiers = Object.keys(names) as Tier[]

export const tierName = (tier: Tier): string => names[tier]
