import { z } from 'zod'

export const customerStatuses = ['active', 'suspended', 'closed'] as const

export const agentStatuses = ['deployed', 'configured', 'suspended', 'failed', 'retired'] as const

/** Who carries a customer's line. */
export const lineProviders = ['retell', 'twilio', 'telnyx'] as const

const isTimezone = (zone: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
export const timezoneSchema = z
  .string()
  .max(64)
  .refine(isTimezone, 'must be an IANA time zone, such as America/New_York')
export const countrySchema = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country code, such as US')
