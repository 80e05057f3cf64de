import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyText, kindNamed, plainWords, ruleVersion, textKinds, understandText } from './classify.ts'

const kindOf = (text: string) => classifyText(text)?.kind
const ruleOf = (text: string) => classifyText(text)?.rule

describe('whoever may want to be left alone is', () => {
  test.each([
    ...[
      'STOP',
      'stop',
      ' Stop. ',
      '"STOP"',
      '“stop”',
      'STOP!!!',
      'ＳＴＯＰ',
      's t o p',
      'S.T.O.P',
      'St\u200bop',
      'STOPALL',
      'Stop all',
    ],
    ...[
      'UNSUBSCRIBE',
      'cancel',
      'End',
      'QUIT',
      'revoke',
      'OPTOUT',
      'opt out',
      'opt-out',
      'Remove',
      'ARRET',
      'arrêt',
      'Alto',
      'BAJA',
      'parar',
      'ARRÊTE',
      'Arrêtez !',
      'Pare',
      'detener',
      'Cancelar',
      'DESABONNER',
      'Désabonnement',
      'TD',
    ],
    ...[
      'STOP\u3164',
      'ST\u2060OP',
      '🛑 STOP 🛑',
      'СТОП',
      'стоп!',
      '停止',
      '退订',
      '退訂',
      '수신거부',
      'توقف',
      'Sair',
      'Abmelden',
      'Sispann',
    ],
    ...['Basta', 'PARA', 'Cancela', 'Eliminar', 'END ALL', 'cancel all'],
  ])('«%s» is the word itself', (text) => {
    expect(classifyText(text)).toEqual({ kind: 'stop', rule: 'word', needsReview: false })
  })

  test.each(['STOP 12345', 'stop 7', 'QUIT 22'])('«%s» names a programme, and ends all', (text) => {
    expect(ruleOf(text)).toBe('programme')
  })

  test.each([
    ...[
      'Stop. Thank you',
      'stop please',
      'Please stop!',
      'STOP STOP STOP',
      'ok stop now',
      'stop it',
      'Cancel, please',
      'please STOP this',
    ],
    ...[
      'stop texting me',
      'Quit sending me these messages',
      'please stop the messages',
      'do not text me again',
      'Don’t call me anymore',
    ],
    ...[
      'no more texts',
      'no more of these... just no more messages',
      'take me off your list',
      'Remove me from this',
      'lose my number',
      'delete my number',
    ],
    ...['STOP\n\nSent from my phone', 'Stop!!! Who is this?', 'Who is this? Please stop', 'Wrong number. STOP.'],
    ...[
      'Not interested stop texting me',
      'Not interested, stop',
      'not interested stop',
      'I don’t want this, STOP',
      'I do not want these texts stop',
      'No thanks stop',
      'No, stop',
      'Wrong number, please stop',
      'wrong number stop',
      'Who is this stop',
      'I said stop',
      'would you please stop',
    ],
    ...[
      'STOP I’m not interested',
      'stop i dont know you',
      'STOP NOW OR I WILL SUE',
      'Stop, who is this?',
      'Stop - wrong person',
      'STOP (sent from my phone)',
      'STOP Sent from my Verizon phone',
      'stop -John',
      'Reply STOP',
      'START STOP',
      'HELP. STOP',
    ],
    ...[
      'remove me',
      'Please remove me',
      'take my number off your list',
      'opting out',
      'do not contact',
      'Don’t text',
      'Please don’t call',
      'no texts please',
      'I no longer want to receive texts',
      'I do not want to be contacted',
      'I don’t want any more messages',
      'stop all future communications',
      'stop harassing me',
      'stop bugging me',
      'cancel texts',
      'end these messages',
      'STOP2END',
      'stop to end',
      'stopit',
      'stoptexting me',
      'cease and desist',
    ],
    ...[
      'stop por favor',
      'Stop SVP',
      'Arrêtez s’il vous plaît',
      'alto, gracias',
      'no más mensajes',
      'No más',
      'no quiero recibir más mensajes',
      'por favor no me manden mas mensajes',
      'no me escriban',
      'no me llame más',
      'deja de enviarme mensajes',
      'dejen de mandar mensajes',
      'quítame de la lista',
      'quiero darme de baja',
      'ne m’envoyez plus de messages',
      'Ne me contactez plus',
      'arrêtez de m’écrire',
      'arrête de m’envoyer des messages',
      'Retirez-moi de la liste',
      'je veux me désabonner',
    ],
    ...[
      'You never stop texting me, take me off your list',
      'You people never stop! Remove me from your list',
      'If you don’t stop texting me I will call a lawyer',
      'Why won’t you stop texting me?',
      'Why don’t you stop calling me',
      'If you don’t stop I’ll sue',
      'Why won’t you stop?',
      'You don’t stop, do you',
      'Can’t you stop texting me?',
      'You did not stop, and I asked you to stop texting me',
      'I don’t want you to stop by. Stop texting me',
    ],
    ...[
      'I asked you to stop',
      'I already told u to stop',
      'Can you please stop?',
      'this needs to stop',
      'I want to stop',
      'stop right now',
      'FUCK YOU STOP',
      'STOP ADS',
      'Cancel my subscription',
      'quit it',
      'I asked you not to text me',
      'I don’t want you to text me',
      'I don’t want you texting me',
      'I do not want to hear from you',
      'Do not call or text me',
      'don´t text me',
      'donʼt call me again',
      'Stop with all of these texts',
      'stop with the damn text messages',
    ],
    ...[
      'Take my name off your list',
      'Remove from list',
      'Delete my information',
      'Wrong number, remove me',
      'remove this number',
      'Block me',
      'Please discontinue',
      'Liked “your offer”. STOP',
      'go away',
      'no more',
    ],
    ...[
      'ya basta',
      'no quiero mensajes',
      'no quiero que me llamen',
      'no molestar',
      'déjame en paz',
      'STOP MENSAJES',
      'Laissez-moi tranquille',
      'Ne plus me contacter',
      'STOP PUB',
      '🛑',
    ],
    `${'My visit was fine. '.repeat(200)}\nSTOP`,
    ...['opt me out', 'I want to unsubscribe', 'how do I opt out?', 'I revoke my consent', 'leave me alone'],
  ])('«%s» says so, and a person looks at it', (text) => {
    expect(classifyText(text)).toEqual({ kind: 'stop', rule: 'phrase', needsReview: true })
  })

  test.each([
    ...['stpo', 'sotp', 'tsop', 'STTOP', 'stopppp', 'unsubscrieb', 'unsubcribe', 'unsuscribe', 'cacnel'],
    ...['ST OP', 'S TOP', 'sto p', 'un-subscribe', 'STOPSTOP', 'ST0P', '0pt out', '5top'],
  ])('«%s» is a slip of the keys', (text) => {
    expect(ruleOf(text)).toBe('slip')
  })
})

test.each([
  ...[
    'shop',
    'step',
    'spot',
    'top',
    'Ned',
    'stops',
    'bus stop',
    'Where is the bus stop?',
    "don't stop",
    'please do not stop',
    'never stop texting me',
    'I did not stop it',
    'I do not want you to stop texting me',
    'please don’t ever stop, thanks',
    'we can’t stop laughing',
    'the water won’t stop',
    'It stops, then it starts',
    'I missed my stop',
    'my stop is the next one',
    'non-stop leak',
    'I hope you never stop texting me',
    'They can’t stop the leak',
    'If it does not stop, call the plumber',
    'You don’t need to stop the water',
    'I never asked you to stop',
    'Why don’t you stop by at 5?',
    'Can’t you stop the leak?',
    'If you don’t stop the water it will be too late',
  ],
  ...[
    'Liked “Your visit is at 5. Reply STOP to opt out”',
    'Loved "Harbor Plumbing: reply STOP to unsubscribe"',
    '👍 to “Text STOP to end these messages”',
    'Laughed at “Reply STOP to stop',
  ],
  ...[
    'Can you stop the leak?',
    'Can you stop by now?',
    'I want to stop the water',
    'It needs to stop leaking',
    'Did you get my text? The pump needs a stop valve',
    'My number is 5',
    'I want you to call me',
    'remove the number plate',
    'take the door off',
    'Delete the old message I sent',
    'no more leaks so far',
    'cancel it',
    'I asked you to stop by',
    'Go away is what I told the cat',
    'para el viernes',
    'basta con una visita',
    'block the drain',
    'The end',
    'St Opal Road 5',
  ],
  ...[
    'stop the leak',
    'please stop the water',
    'stop by, I am home',
    'can you stop at the store',
    'Could you stop by and remove the old one, please?',
    'Not interested in the second one',
    'no text came',
    'I do not want to miss your call',
    'If I am late, don’t call',
    'text me, don’t call the office',
    'cancel my visit, please',
    'end of call',
    'remove the message',
    'take my old number',
    'help, my sink is leaking',
    'No me llegó el mensaje',
    'la oficina no me llama',
    'quiero más información',
    'cancelar mi cita del viernes',
    'deje de funcionar',
    'dejé de fumar',
    'Arrêtez-vous chez moi à cinq heures',
    'je n’ai plus de messages',
    'TD Bank',
  ],
  ...[
    'can you stop by at 5?',
    'cancel my appointment',
    'I want to cancel my appointment on Friday',
    'end of the month',
    'When does it end?',
    'the weekend',
  ],
  ...[
    'remove the old heater',
    'My sink is leaking',
    'quit smoking class',
    'I am coming at 5. Cancel the other one',
    'It drips. It does not stop. Can you come?',
    'My visit is on Friday. Cancel, please',
    'I never got a text message',
    'call me',
    'yes please',
    '',
    ' ',
    '👍',
  ],
])('«%s» is said to the business', (text) => {
  expect(classifyText(text)).toBeUndefined()
})

test('whatever a stop word is dressed in, it is one', () => {
  const word = fc.constantFrom('stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout', 'arrêt')
  const dress = fc.stringMatching(/^[ \t\n.,!?"'“”()*_\u200b\ufeff-]{0,6}$/)
  const dressed = fc
    .tuple(dress, word, dress, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), fc.boolean())
    .map(([before, word, after, capitals, isWide]) => {
      const cased = Array.from(word, (letter, at) => (capitals[at] ? letter.toUpperCase() : letter))
      const wide = (letter: string) =>
        /[a-z]/i.test(letter) && isWide ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter
      return before + cased.map(wide).join('') + after
    })
  fc.assert(
    fc.property(dressed, (text) => {
      expect(classifyText(text)).toMatchObject({ kind: 'stop', rule: 'word' })
    }),
  )
})

test('only the very word brings anybody back: anything more or less does not', () => {
  expect(['START', ' start. ', 'Unstop', '“START”'].map(kindOf)).toEqual(['start', 'start', 'start', 'start'])
  expect(classifyText('Yes')).toEqual({ kind: 'start', rule: 'yes', needsReview: false })
  const word = fc.constantFrom('start', 'unstop', 'yes')
  const more = fc.stringMatching(/^[a-z0-9]{1,8}$/)
  fc.assert(
    fc.property(word, more, fc.boolean(), fc.constantFrom(' ', ''), (word, more, isBefore, gap) => {
      const text = isBefore ? more + gap + word : word + gap + more
      fc.pre(plainWords(text) !== 'start' && plainWords(text) !== 'unstop')
      expect(kindOf(text)).not.toBe('start')
    }),
  )
})

test('help is help as a whole message alone', () => {
  expect(['HELP', 'help!', 'INFO', 'I need help', 'help me with my sink'].map(kindOf)).toEqual([
    'help',
    'help',
    'help',
    undefined,
    undefined,
  ])
})

test('any text has at most one meaning, and the same each time', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
      expect(classifyText(text)).toEqual(classifyText(text))
    }),
    { numRuns: 500 },
  )
})

test('of two who read a text whoever heard STOP is right, and a provider that heard nothing changes nothing', () => {
  const body = fc.oneof(fc.constantFrom('STOP', 'START', 'Yes', 'HELP', 'Detener', 'My sink is leaking'), fc.string())
  fc.assert(
    fc.property(body, fc.constantFrom(undefined, ...textKinds), (body, keyword) => {
      const read = classifyText(body)
      const understood = understandText({ body, keyword })
      expect(understood?.kind).toBe(read?.kind === 'stop' ? 'stop' : (keyword ?? read?.kind))
      if (keyword === undefined) expect(understood).toEqual(read)
    }),
  )
  expect(['STOP', 'start', 'Help', 'JOIN', '', undefined].map(kindNamed)).toEqual([
    'stop',
    'start',
    'help',
    undefined,
    undefined,
    undefined,
  ])
})

/** Each version of the rules by their code, without its comments and the version itself. Whoever changes them adds one. */
const versions: Record<string, string> = {
  '2026-11.2': 'c81eb15659d511112c50e7ce7faafe148bcbd9cd5dae085f693d5965662287fc',
  '2026-11.3': '4723b2daa5d11a5750e74f4ef36139f2cc52cd693fc553015e41096c83a5f71b',
  '2026-11.4': '0b240c790b5ed815573afb8917e3c25ad44aac09287d19ab414f6e1065a86eef',
  '2026-11.5': '9639b363a90d2a9b95ddeefa6512201cdac2b5af02e154117a17114b24049eaf',
}

test('rules that change have another version: what was judged says by which rules', () => {
  const code = ['classify.ts', 'stop-phrases.ts']
    .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
    .join('')
    .replaceAll(/\/\*\*.*?\*\/|^ *\/\/[^\n]*/gms, '')
    .replace(/ruleVersion = '[^']+'/, '')
    .replaceAll(/\s+/g, ' ')
  const known = Object.entries(versions).find(([, sha256]) => sha256 === hash('sha256', code))

  expect(known?.[0], `a new ruleVersion, and beside it ${hash('sha256', code)}`).toBe(ruleVersion)
})
