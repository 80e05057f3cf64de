import { clsx } from 'clsx'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { Copyable } from './copy.tsx'

/** National where the number is of the home country, international elsewhere; what is no number stays as it is. */
export function formatPhone(number: string, home = 'US'): string {
  const parsed = parsePhoneNumberFromString(number)
  if (!parsed) return number
  return parsed.country === home ? parsed.formatNational() : parsed.formatInternational()
}

export function PhoneText({ number }: { number: string }) {
  return <span className="figures">{formatPhone(number)}</span>
}

/** A phone number as people write it; copying gives E.164. */
export function Phone({ number, className }: { number: string | null; className?: string }) {
  if (!number) return <span className="text-ink-3">—</span>
  return (
    <Copyable text={number} label={`Copy ${number}`} className={clsx('figures whitespace-nowrap', className)}>
      {formatPhone(number)}
    </Copyable>
  )
}

/** What is left of a number typed in any way: its digits and the plus. */
export function cleanPhone(text: string): string {
  return text.replace(/[^\d+]/g, '')
}

/** A number typed in the way of a country, as E.164; undefined where it cannot be one. */
export function toE164(text: string, country: CountryCode): string | undefined {
  const parsed = parsePhoneNumberFromString(text, country)
  return parsed?.isPossible() ? parsed.number : undefined
}
