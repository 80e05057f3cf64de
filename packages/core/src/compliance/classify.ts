import { isKeywordReply } from './keyword-reply.ts'
import { beginsWithStop, contrary, dismissals, phrases, reaction, reproach, wholePhrases } from './stop-phrases.ts'

/** Which rules these are: rows say by which version they were judged, so rules that change have another one. */
export const ruleVersion = '2026-11.5'

export const textKinds = ['stop', 'start', 'help'] as const
export type TextKind = (typeof textKinds)[number]

/** How it was known: the whole message is a word; a word and a programme's number; a phrase; a slip of the keys; a bare yes. */
export const textRules = ['word', 'programme', 'phrase', 'slip', 'yes'] as const
export type TextRule = (typeof textRules)[number]

export type Classified = { kind: TextKind; rule: TextRule; needsReview: boolean }

/** 47 CFR 64.1200(a)(10), the carriers' lists, and the same in French and Spanish. As the whole message each is meant. */
const stopWords = new Set([
  'stop',
  'stopall',
  'unsubscribe',
  'unsub',
  'cancel',
  'end',
  'quit',
  'revoke',
  'optout',
  'remove',
  'arret',
  'arrett',
  'arrete',
  'arretez',
  'alto',
  'baja',
  'parar',
  'pare',
  'detener',
  'cancelar',
  'desabonner',
  'desabonnement',
  'td',
  ...['para', 'basta', 'cancela', 'cancelen', 'eliminar', 'eliminarme', 'end all', 'cancel all', 'quit all'],
  ...['sair', 'abmelden', 'stoppen', 'sispann', 'itigil', 'стоп', 'отписаться', '停止', '退订', '退訂', '拒收'].map(
    plainWords,
  ),
  ...['중지', '정지', '수신거부', 'توقف', 'إلغاء'].map(plainWords),
])
const startWords = new Set(['start', 'unstop'])
const helpWords = new Set(['help', 'info', 'ayuda', 'aide'])

/** Words that name nothing else, so that what stands around them hardly matters. */
const plainStops = new Set(['stop', 'stopall', 'unsubscribe', 'unsub', 'optout', 'revoke'])
const courtesies = new Set(
  'please pls plz thanks thank you thx ty now ok okay hi hello hey just sir maam bro man dude lol por favor gracias svp merci sil vous te plait'.split(
    ' ',
  ),
)
const objects = new Set(
  'it this that them all everything me us u you texts messages ads promos marketing mensajes pub ya already immediately asap right forever'.split(
    ' ',
  ),
)

/** Words that a slip may hide. `end` is none of them: two of its slips are names. */
const slippery = ['stop', 'unsubscribe', 'cancel', 'quit', 'revoke']

/** The message in one spelling: compatibility forms, case, accents, marks that nobody sees and punctuation are gone. */
export function plainWords(text: string): string {
  return ends(text)
    .replaceAll(/['’‘‛`´′ʹʼ＇]/g, '')
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Where a text is long, what it begins and ends with. */
function ends(text: string): string {
  return text.length <= 1600 ? text : `${text.slice(0, 800)}\n${text.slice(-800)}`
}

/**
 * What an inbound text asks of us. Unequal on purpose: whoever may want to be left alone is (and a person looks at what was
 * guessed), but only the very word brings anybody back.
 */
export function classifyText(text: string): Classified | undefined {
  const words = plainWords(text)
  if (words === '' && text.includes('🛑')) return { kind: 'stop', rule: 'phrase', needsReview: true }
  if (words === '' || reaction.test(text.trimStart()) || isKeywordReply(text)) return undefined
  if (startWords.has(words)) return { kind: 'start', rule: 'word', needsReview: false }
  if (helpWords.has(words)) return { kind: 'help', rule: 'word', needsReview: false }
  if (words === 'yes') return { kind: 'start', rule: 'yes', needsReview: false }
  const rule = stopRule(words) ?? (beginsOrEndsWithStop(text) ? 'phrase' : undefined)
  return rule && { kind: 'stop', rule, needsReview: rule === 'phrase' || rule === 'slip' }
}

/** The kind that a provider's own word for a keyword names: Twilio's `OptOutType`, Telnyx's `autoresponse_type`. */
export const kindNamed = (word: string | undefined): TextKind | undefined =>
  textKinds.find((kind) => kind === word?.toLowerCase())

/**
 * What a text asks of us where its provider may have understood it too: a keyword that was agreed with the provider, in whatever language,
 * is one. Where the two differ whoever heard STOP is right.
 */
export function understandText(text: { body: string; keyword?: TextKind | undefined }): Classified | undefined {
  const read = classifyText(text.body)
  if (text.keyword === undefined || read?.kind === 'stop' || read?.kind === text.keyword) return read
  return { kind: text.keyword, rule: 'word', needsReview: false }
}

function stopRule(words: string): TextRule | undefined {
  const tokens = words.split(' ')
  const isSpelled = tokens.length > 2 && tokens.every((token) => token.length === 1)
  if (stopWords.has(words) || words === 'stop all' || words === 'opt out') return 'word'
  if (isSpelled && stopWords.has(tokens.join(''))) return 'word'
  if (/^(stop|stopall|end|quit|cancel|unsubscribe) \d{1,10}$/.test(words)) return 'programme'
  const said = reproach.test(words) ? words : words.replaceAll(contrary, ' ').replaceAll(/ +/g, ' ').trim()
  if (isPhrase(said)) return 'phrase'
  return isSlip(tokens) ? 'slip' : undefined
}

function isPhrase(words: string): boolean {
  const tokens = words.split(' ')
  if (isCourteous(tokens) || isDismissal(words) || beginsWithStop.test(words)) return true
  const bare = tokens.filter((token) => !courtesies.has(token)).join(' ')
  return wholePhrases.some((phrase) => phrase.test(bare)) || phrases.some((phrase) => phrase.test(words))
}

/** A word that means nothing else as the first or the last part of what is said, whatever stands beside it: a name, a question, a reason. */
function beginsOrEndsWithStop(text: string): boolean {
  const parts = ends(text)
    .split(/[.!?\n,;:()…–—]+|\s-/)
    .map(plainWords)
    .filter((part) => part.split(' ').some((token) => token !== '' && !courtesies.has(token)))
  return [parts.at(0), parts.at(-1)].some((part) => isPlainStop(part?.split(' ') ?? []))
}

/** Nothing but a stop word, how often it may stand, and what people say around it. Beside a START or HELP it counts all the same. */
function isCourteous(tokens: readonly string[]): boolean {
  const left = tokens.filter((token) => !courtesies.has(token))
  if (left.length > 0 && left.every((token) => stopWords.has(token))) return true
  return isPlainStop(left.filter((token) => !startWords.has(token) && !helpWords.has(token)))
}

/** A stop word and what is said to whom one does not want to hear from. */
function isDismissal(words: string): boolean {
  return isPlainStop(words.replaceAll(dismissals, ' ').split(' ').filter(Boolean))
}

function isPlainStop(tokens: readonly string[]): boolean {
  const bare = tokens.filter((token) => !courtesies.has(token) && !objects.has(token))
  return bare.length > 0 && bare.every((token) => plainStops.has(token))
}

/** A word torn apart, told twice in one breath or with a figure for a letter, or one that is mistyped. */
function isSlip(tokens: readonly string[]): boolean {
  const word = tokens.join('')
  const spelt = word.replaceAll('0', 'o').replaceAll('5', 's')
  if (tokens.length < 3 && (plainStops.has(spelt) || /^(stop){2,}$/.test(word))) return true
  return tokens.length === 1 && isMistyped(word)
}

/** Two neighbours exchanged, a letter held too long, or one left out of a word that is long. Another letter is another word: shop, step. */
function isMistyped(word: string): boolean {
  const short = word.replaceAll(/(.)\1+/gu, '$1')
  return slippery.some(
    (meant) =>
      short === meant ||
      (word.length === meant.length &&
        Array.from(meant).some(
          (_, at) => at > 0 && word === meant.slice(0, at - 1) + meant[at] + meant[at - 1] + meant.slice(at + 1),
        )) ||
      (meant.length > 8 &&
        Array.from(meant).some((_, at) => at > 0 && word === meant.slice(0, at) + meant.slice(at + 1))),
  )
}
