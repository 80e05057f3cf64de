const keepEnds = (digits: string) => `${digits.slice(0, 2)}•••${digits.slice(-2)}`

/** `+13125550101` → `+13•••01`: enough to recognise, too little to call. */
export function maskPhone(phone: string): string {
  return phone.startsWith('+') ? `+${keepEnds(phone.slice(1))}` : keepEnds(phone)
}

// E.164 with a plus, also percent-encoded as forms carry it, or ten to fifteen digits that stand alone
const phonePattern = /(?:\+|%2B)\d{7,15}(?!\d)|(?<![\w.:-])\d{10,15}(?![\w.:-])/gi
const tokenPattern = /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi
const namedSecretPattern =
  /((?:password|passwd|secret|token|authorization|cookie|api[-_]?key|x-twilio-signature|x-retell-signature|set-cookie)["']?\s*[:=]\s*["']?)([^"',;\s&}]{4,})/gi
const urlPasswordPattern = /(\w+:\/\/[^:/\s]+:)[^@/\s]+@/g

/**
 * Takes phone numbers, credentials and passwords out of any text that leaves for a log, an error row or a job.
 * Known secrets of this process are given by the caller and are removed wherever they stand.
 */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text
  for (const secret of secrets) masked = masked.replaceAll(secret, '•••')
  return masked
    .replace(tokenPattern, (found) => `${found.slice(0, found.indexOf(' '))} •••`)
    .replace(namedSecretPattern, '$1•••')
    .replace(urlPasswordPattern, '$1•••@')
    .replace(phonePattern, (found) => (/^%2B/i.test(found) ? `%2B${keepEnds(found.slice(3))}` : maskPhone(found)))
}
