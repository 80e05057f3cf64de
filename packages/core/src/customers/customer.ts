import { z } from 'zod'

export const customerStatuses = ['active', 'suspended', 'closed'] as const

/** What a customer's business does, as far as it says so. */
export const businessTypes = [
  'general',
  'hvac',
  'plumbing',
  'electrical',
  'roofing',
  'cleaning',
  'landscaping',
  'dental',
  'medical',
  'legal',
  'real_estate',
  'restaurant',
  'salon',
  'automotive',
] as const
export type BusinessType = (typeof businessTypes)[number]

/** A business type as people write it: `Real Estate`, `HVAC`. What is not known is general. */
export function businessTypeOf(text: string | undefined): BusinessType {
  const word = (text ?? '')
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  return businessTypes.find((known) => known === word) ?? 'general'
}

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
