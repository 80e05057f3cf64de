import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

// what people and forms put between the digits of a number: blanks, dashes, dots, brackets, the same percent-encoded, as an
// escape of JSON, or any other sign of Unicode that stands there
const gap = String.raw`(?:%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|[^0-9A-Za-z"':,;=&<>{}\u005b\u005d]){0,4}`

/** Fewer digits are too many things besides a number. */
const fewestNational = 9

const spaced = (digits: string) => digits.split('').join(gap)

/**
 * A regular expression, for PostgreSQL and JavaScript alike, that finds a number however it is written: with or without plus
 * and country code, in national form with its trunk zero, grouped in any way. It finds no longer number that contains this one,
 * nor the same national number under another country's code.
 */
export function spellingPattern(e164: string): string {
  const digits = e164.replace(/\D/g, '')
  const parsed = parsePhoneNumberFromString(e164)
  const start = String.raw`(?:^|[^0-9]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})`
  const end = '(?![0-9])'
  const international = `(?:0${gap}0${gap}|0${gap}1${gap}1${gap})?`
  if (parsed === undefined) return `${start}${international}${spaced(digits)}${end}`
  const { countryCallingCode: code, nationalNumber } = parsed
  const withCode = `${international}${spaced(code)}${gap}(?:0${gap})?${spaced(nationalNumber)}`
  if (nationalNumber.length < fewestNational) return `${start}${withCode}${end}`
  // a code before it is another country's
  const alone = `(?:^|[^0-9+ .()/-]|(?:^|[^0-9])[ .()/-]|%2[0-9A-Fa-f])(?:0${gap})?${spaced(nationalNumber)}`
  return `(?:${start}${withCode}|${alone})${end}`
}
