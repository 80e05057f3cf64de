import { z } from 'zod'
import type { Person } from '../../platform/context.ts'

/** What the banner says while one of ours looks at a customer as its owner does. */
export const viewing = z.object({ businessName: z.string(), reason: z.string(), until: z.string() })

export function shownView({ viewing }: Person) {
  return viewing === undefined
    ? null
    : { businessName: viewing.businessName, reason: viewing.reason, until: viewing.until.toISOString() }
}
