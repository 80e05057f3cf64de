import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { z } from 'zod'
import { plainText } from '../platform/plain-text.ts'

/** Whose national form a provider's number without a country code is read as. */
const homeCountry = 'US'

/** What is E.164 by its shape. */
export const isE164 = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)

/**
 * E.164 of a number as a person or a provider writes it, or undefined where it is none.
 * `country` (ISO 3166 alpha-2) reads national forms: `07700 900123` with GB is `+447700900123`.
 */
export function toE164(text: string, country?: string): string | undefined {
  const trimmed = text.trim()
  if (!/^[+\d(]/.test(trimmed)) return undefined
  // providers deliver E.164 already: checked by shape, not by numbering plan, so that no real caller is refused
  if (isE164(trimmed)) return trimmed
  const home = country !== undefined && isSupportedCountry(country) ? country : undefined
  const parsed = parsePhoneNumberFromString(trimmed, home)
  if (parsed === undefined || parsed.ext !== undefined) return undefined
  // without a plus the country is assumed: a number of its plan, or at least none that still has its trunk zero
  const isPlausible = trimmed.startsWith('+') || !parsed.nationalNumber.startsWith('0') || parsed.isValid()
  return isPlausible && parsed.isPossible() ? parsed.number : undefined
}

/** A line as a provider names it: E.164 where it is a number, else its words (a SIP trunk, a short code, «anonymous»). */
export function lineOf(raw: string | undefined): string | undefined {
  if (raw === undefined || raw.trim() === '') return undefined
  return toE164(raw, homeCountry) ?? plainText(raw, 100)
}

/** What a list is searched for: a number however it is written, read as a provider's would be, else the words themselves. In an address a plus is a blank. */
export const soughtNumber = (text: string): string =>
  toE164(/^\s\d/.test(text) ? `+${text.trim()}` : text, homeCountry) ?? text

/** A number typed into a form: must be complete with its country code. */
export const phoneSchema = z
  .string()
  .max(40)
  .transform((text, context) => {
    const phone = toE164(text)
    if (phone !== undefined) return phone
    context.addIssue({ code: 'custom', message: 'must be a phone number with country code, such as +13125550101' })
    return z.NEVER
  })
