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
/** ISO 3166-1. */
const countries = new Set(
  `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
  FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
  JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
  MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
  PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
  TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
`.match(/\w+/g),
)
export const countrySchema = z
  .string()
  .refine((code) => countries.has(code), 'must be an ISO 3166 country code, such as US')
