/** Which rules these are: rows say by which version they were judged, so rules that change have another one. */
export const ruleVersion = '2026-11.2'

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
])
const startWords = new Set(['start', 'unstop'])
const helpWords = new Set(['help', 'info', 'ayuda', 'aide'])

/** Words that name nothing else, so that what stands around them hardly matters. */
const plainStops = new Set(['stop', 'stopall', 'unsubscribe', 'unsub', 'optout', 'revoke'])
const courtesies = new Set('please pls plz thanks thank you thx ty now ok okay hi hello hey just sir maam'.split(' '))
const objects = new Set('it this that all everything me us texts messages already immediately asap'.split(' '))

const what =
  '(text|texts|texting|message|messages|messaging|msg|msgs|sms|call|calls|calling|contact|contacting|spam|spamming|bothering|sending)'
const phrases = [
  new RegExp(`\\b(stop|quit|cease) (?!by\\b)(\\w+ ){0,2}${what}\\b`),
  /\b(do not|dont|never) (ever )?(text|message|msg|call|contact|bother|sms) (me|us|here|this number|again|anymore)\b/,
  /\b(do not|dont) send (me|us) (\w+ ){0,2}(texts?|messages?|msgs?|sms|anything|this|these)\b/,
  /\bno more (\w+ )?(texts?|messages?|calls?|sms|msgs?)\b/,
  /\b(take|remove|get|delete) (me|us) (off|from)\b/,
  /\b(remove|delete|lose) (my|this) (phone )?number\b/,
  /\bopt (me|us) out\b/,
  /\b(unsubscribe|unsub|optout|opt out)\b/,
  /\brevoke (my |all )?(consent|permission)\b/,
  /\bleave (me|us) alone\b/,
]
/** Who says so wants the contrary. */
const contrary =
  /\b(do not|dont|never|not|cant|wont|didnt|did not) (\w+ ){0,2}(stop|unsubscribe|unsub|opt out|optout|quit)\b/

/** Words that a slip may hide. `end` is none of them: two of its slips are names. */
const slippery = ['stop', 'unsubscribe', 'cancel', 'quit', 'revoke']

/** The message in one spelling: compatibility forms, case, accents, marks that nobody sees and punctuation are gone. */
export function plainWords(text: string): string {
  return text
    .slice(0, 1600)
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replaceAll(/['’‘`´]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/**
 * What an inbound text asks of us. Unequal on purpose: whoever may want to be left alone is (and a person looks at what was
 * guessed), but only the very word brings anybody back.
 */
export function classifyText(text: string): Classified | undefined {
  const words = plainWords(text)
  if (words === '') return undefined
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
  if (contrary.test(words)) return undefined
  if (isCourteous(tokens) || phrases.some((phrase) => phrase.test(words))) return 'phrase'
  return tokens.length === 1 && isSlip(words) ? 'slip' : undefined
}

/** A word that means nothing else as the first or the last sentence, whatever stands beside it: a name, a question, a reason. */
function beginsOrEndsWithStop(text: string): boolean {
  const sentences = text
    .slice(0, 1600)
    .split(/[.!?\n]+/)
    .map(plainWords)
    .filter((sentence) => sentence !== '')
  return [sentences.at(0), sentences.at(-1)].some((sentence) => isPlainStop(sentence?.split(' ') ?? []))
}

/** Nothing but a stop word, how often it may stand, and what people say around it. */
function isCourteous(tokens: readonly string[]): boolean {
  const left = tokens.filter((token) => !courtesies.has(token))
  return (left.length > 0 && left.every((token) => stopWords.has(token))) || isPlainStop(left)
}

function isPlainStop(tokens: readonly string[]): boolean {
  const bare = tokens.filter((token) => !courtesies.has(token) && !objects.has(token))
  return bare.length > 0 && bare.every((token) => plainStops.has(token))
}

/** Two neighbours exchanged, or a letter held too long. Another letter is another word: shop, step. */
function isSlip(word: string): boolean {
  const short = word.replaceAll(/(.)\1+/gu, '$1')
  return slippery.some(
    (meant) =>
      short === meant ||
      (word.length === meant.length &&
        Array.from(meant).some(
          (_, at) => at > 0 && word === meant.slice(0, at - 1) + meant[at] + meant[at - 1] + meant.slice(at + 1),
        )),
  )
}
