/** Which rules these are: rows say by which version they were judged, so rules that change have another one. */
export const ruleVersion = '2026-11.4'

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
const objects = new Set('it this that them all everything me us texts messages already immediately asap'.split(' '))

/** What people say beside a stop word without a stop between them. */
const dismissals = new RegExp(
  `\\b(${[
    'no|nope|nah|yes|not interested|im|i am',
    'wrong (number|person)|you have the|not my number|whos? (is )?(this|dis)|i (do not|dont) know (you|who)',
    'i (do not|dont|didnt|did not) (want|ask for) (any )?(of )?(this|that|these|those|it|them|your)',
    'i said|i told you( to)?|say|reply|text|txt|send|would you|you need to|you have to|sent from my .*',
  ].join('|')})\\b`,
  'g',
)
/** How somebody goes on who has begun with STOP and means it; whoever stops by goes on otherwise. */
const beginsWithStop =
  /^(please )?(stop|unsubscribe)( now| please| it| this)* (i|im|ive|id|you|u|youre|who|whos|wrong|no|not (interested|my)|or|sent from)\b/

const what =
  '(text|texts|texting|message|messages|messaging|msg|msgs|sms|call|calls|calling|contact|contacting|spam|spamming|bothering|bugging|harassing|annoying|pestering|emailing|sending|communications?|notifications?|reminders?|promotions?)'
const received = '(texts|messages|msgs|calls|sms|spam|notifications)'
const phrases = [
  new RegExp(`\\b(stop|quit|cease) (?!by\\b)(\\w+ ){0,2}${what}\\b`),
  new RegExp(`\\b(cancel|end) ((the|these|all|your|my) )?(text )?${received}\\b`),
  /\b(do not|dont|never) (ever )?(text|message|msg|call|contact|bother|sms) (me|us|here|this number|again|anymore)\b/,
  /\b(do not|dont) send (me|us) (\w+ ){0,2}(texts?|messages?|msgs?|sms|anything|this|these)\b/,
  new RegExp(
    `\\b(do not|dont|no longer) (want|wish|need|like)( (to|get|getting|receive|receiving|any|more|anymore|these|those|your|such|text))* ${received}\\b`,
  ),
  /\b(do not|dont|no longer) (want|wish) to be (contacted|texted|messaged|called)\b/,
  /\bno more (\w+ )?(texts?|messages?|calls?|sms|msgs?)\b/,
  /\b(take|remove|get|delete) (me|us|my (phone )?number|this number) (off|from)\b/,
  /^(please )?(remove|delete) (me|us)\b/,
  /\b(remove|delete|lose) (my|this) (phone )?number\b/,
  /\bopt(ing|ed)? (me |us )?out\b/,
  /\b(unsubscrib\w+|unsub|optout)\b/,
  /\brevoke (my |all )?(consent|permission)\b/,
  /\bleave (me|us) alone\b/,
  /\bcease and desist\b/,
  /\bno (quiero )?(recibir )?mas (mensajes|textos|llamadas|sms)\b/,
  /\bno (me|nos) (envie|mande|llame|contacte|moleste|escriba)[ns]?\b/,
  /\b(deja|deje|dejen|para|pare|paren) de (enviar|mandar|escribir|llamar|contactar|molestar)(me|nos)?\b/,
  /\b(quita|quite|quiten|borra|borre|borren|elimina|elimine|eliminen)(me|nos)\b/,
  /\b(dar|darme|deme|dame) de baja\b/,
  /\bne (me |m)(envoyez|envoie|ecrivez|ecris|contactez|contacte|appelez|appelle|textez|texte) (plus|pas)\b/,
  /\b(arrete|arretez|cessez) (de |d|les |vos |ces )(me |m)?(envoyer|ecrire|contacter|appeler|texter|messages|textos|sms|appels)\b/,
  /\b(retirez|retire|enlevez|enleve) (moi|mon numero)\b/,
  /\bme (desabonner|desinscrire)\b/,
]
/** The same where nothing else is said: «text me, do not call» is an answer. */
const wholePhrases = [
  /^(do not|dont|never) (ever )?(text|message|msg|call|contact)( ever)?$/,
  /^no (text )?(texts?|messages|msgs|calls|sms|spam)$/,
  /^no mas$/,
  /^stop ?(2|to) ?(end|stop|quit|cancel|unsubscribe|opt out|optout)$/,
  /^(please)?stop(it|this|please|now|texting|calling|messaging|sending)( ?(me|us))?$/,
]
/** Who says so wants the contrary. */
const contrary =
  /\b(do not|dont|never|not|cant|wont|didnt|did not|doesnt) (ever |just |you |we |they |really |please )?(stop|unsubscribe|unsub|opt out|optout|quit)\b|\b(do not|dont|didnt|did not|never) (want|need|ask|tell|told|asked|wanted) (\w+ ){0,2}to (stop|unsubscribe|unsub|opt out|optout|quit)\b/

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
  if (isCourteous(tokens) || isDismissal(words) || beginsWithStop.test(words)) return 'phrase'
  const bare = tokens.filter((token) => !courtesies.has(token)).join(' ')
  if (wholePhrases.some((phrase) => phrase.test(bare))) return 'phrase'
  if (phrases.some((phrase) => phrase.test(words))) return 'phrase'
  return tokens.length === 1 && isSlip(words) ? 'slip' : undefined
}

/** A word that means nothing else as the first or the last part of what is said, whatever stands beside it: a name, a question, a reason. */
function beginsOrEndsWithStop(text: string): boolean {
  const parts = text
    .slice(0, 1600)
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

/** Two neighbours exchanged, a letter held too long, or one left out of a word that is long. Another letter is another word: shop, step. */
function isSlip(word: string): boolean {
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
