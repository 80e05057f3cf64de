const keepEnds = (digits: string) => `${digits.slice(0, 2)}•••${digits.slice(-2)}`
const rounded = (digits: string) => `${digits.slice(0, 2)}e${digits.length - 2}`

/** `+13125550101` → `+13•••01`: enough to recognise, too little to call. */
export function maskPhone(phone: string): string {
  return phone.startsWith('+') ? `+${keepEnds(phone.slice(1))}` : keepEnds(phone)
}

// a plus, also percent-encoded as forms carry it, and digits; grouped as people write them only where no digit stands
// before the plus, which is an offset from UTC
const plusPattern = /(?:\+|%2B)\d{7,}|(?<!\d)(?:\+|%2B)\d(?:(?:[ ().-]|%20){0,2}\d){7,14}(?!\d)/gi
// ten to fifteen digits; ten or thirteen after a 1 are seconds or milliseconds since 1970 and no possible number
const digits = String.raw`(?!1(?:\d{9}|\d{12})(?!\d))\d{10,15}`
const digitsPattern = new RegExp(String.raw`(?:(?<![\w-]|\d\.|":)|(?<=%[0-9a-f]{2}))${digits}(?![\w-]|\.\d)`, 'gi')
// a number that stands as one in JSON, also in JSON that is itself quoted: it becomes a text, and the JSON stays JSON
const jsonNumberPattern = new RegExp(String.raw`(\\{0,8})"(: ?)(${digits})(?![\w.+-])`, 'g')
// the same in a list: how deep that is quoted cannot be seen there, so it becomes a rounded number
const blank = String.raw`(?:\s|\\{1,8}[nrt]){0,40}`
const listedNumberPattern = new RegExp(String.raw`(?<=[[,]${blank})${digits}(?=${blank}[,\]])`, 'g')

// as people group numbers, and as forms encode that; a blank of a form may stand before
const gap = String.raw`(?:[ .\u00a0\u2010-\u2015-]|%20|\+)`
const [opening, closing] = [String.raw`(?:\(|%28)`, String.raw`(?:\)|%29)`]
const start = String.raw`(?:(?<![\w-])|(?<=%[0-9a-f]{2}))`
const end = String.raw`(?![\w-]|\.\d)`
const nationalPattern = new RegExp(
  String.raw`${start}(?:1${gap}?)?(?:${opening}\d{3}${closing}${gap}?|\d{3}${gap})\d{3}${gap}\d{4}${end}`,
  'gi',
)
// a trunk or international zero and groups; fewer digits are a count, more are something else
const zeroPattern = new RegExp(
  String.raw`${start}(?:${opening}0\d{2,4}${closing}|0\d{2,4})${gap}\d{2,8}(?:${gap}\d{2,8}){0,3}${end}`,
  'gi',
)

const bearerPattern = /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi
const ownTokenPattern = /\b(?:tl[dirst]_|whsec_|sk_(?:live|test)_|key_(?=[0-9a-f]{20}))[\w+/=-]{12,}/g
const secretName = '(?:password|passwd|secret|token|authorization|cookie|api[-_]?key|x-(?:twilio|retell)-signature)'
// `"password":"…"`, the same inside a text that is itself quoted, and `password=…`
const quotedSecretPattern = new RegExp(String.raw`(${secretName}["']?\s*[:=]\s*)(["'])(?:\\.|(?!\2)[^\\])*\2`, 'gi')
const nestedSecretPattern = new RegExp(String.raw`(${secretName}\\+["']\s*[:=]\s*(\\+)(["'])).*?((?<!\\)\2\3)`, 'gi')
const bareSecretPattern = new RegExp(String.raw`(${secretName}["']?\s*[:=]\s*)[^"'\\,;\s&}]{4,}`, 'gi')
// bounded, so that a long word costs no more than its length
const urlPasswordPattern = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^:/\s@]{0,200}:)[^/\s"']{1,300}@/gi

const digitsOf = (found: string) => found.replaceAll(/%[0-9a-f]{2}|\D/gi, '')

/** A secret as it may stand in a line: plain, inside JSON, in a URL. */
const spellings = (secret: string) => new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])

/**
 * Takes phone numbers, credentials and passwords out of any text that leaves for a log, an error row or a job.
 * Known secrets of this process are given by the caller and are removed wherever they stand.
 */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text
  for (const secret of secrets) {
    for (const spelling of spellings(secret)) if (spelling !== '') masked = masked.replaceAll(spelling, '•••')
  }
  return masked
    .replace(bearerPattern, (found) => `${found.slice(0, found.search(/\s/))} •••`)
    .replace(ownTokenPattern, '•••')
    .replace(quotedSecretPattern, '$1$2•••$2')
    .replace(nestedSecretPattern, '$1•••$4')
    .replace(bareSecretPattern, '$1•••')
    .replace(urlPasswordPattern, '$1•••@')
    .replace(plusPattern, (found) => (found.startsWith('+') ? maskPhone(found) : `%2B${keepEnds(found.slice(3))}`))
    .replace(nationalPattern, (found) => keepEnds(digitsOf(found)))
    .replace(zeroPattern, (found) => (/^\d{10,15}$/.test(digitsOf(found)) ? keepEnds(digitsOf(found)) : found))
    .replace(jsonNumberPattern, (_, quoted, colon, found) => `${quoted}"${colon}${quoted}"${keepEnds(found)}${quoted}"`)
    .replace(listedNumberPattern, rounded)
    .replace(digitsPattern, keepEnds)
}
