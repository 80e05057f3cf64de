import type { StandardDraft } from '../draft.ts'
import { createRandom } from '../random.ts'

/** What a calendar tells that the agents book in, and that signs by Standard Webhooks. */
export function draftBooking(booking: { seed: string; businessName: string; at: number }): StandardDraft {
  const random = createRandom(`booking:${booking.seed}`)
  const startsAt = booking.at + random.integer(1, 9) * 86_400_000
  const type = random.pickWeighted(kinds, ({ weight }) => weight).type
  return {
    provider: 'standard',
    path: '/webhooks/standard/calendar',
    at: booking.at,
    id: `msg_${random.hex(24)}`,
    payload: {
      type,
      timestamp: new Date(booking.at).toISOString(),
      data: {
        booking: `bkg_${random.hex(16)}`,
        business: booking.businessName,
        starts_at: new Date(startsAt).toISOString(),
        minutes: random.pick([30, 45, 60]),
      },
    },
  }
}

const kinds = [
  { type: 'booking.created', weight: 7 },
  { type: 'booking.moved', weight: 2 },
  { type: 'booking.canceled', weight: 1 },
]
