import type { Frame } from './frame.ts'

export const errorSources = ['api', 'job', 'worker', 'web'] as const
export type ErrorSource = (typeof errorSources)[number]

const longest = 1000
const framesThatCount = 5

/** What differs from one occurrence to the next, in the order in which it is taken out. */
const particulars: readonly (readonly [RegExp, string])[] = [
  // first: what stands before the @ may look like an id
  [/(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b/g, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  // Telnyx: v3:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ
  [/\bv\d:[\w-]{16,}/g, '<id>'],
  // ours and those of Stripe, Retell, OpenAI: whk_…, cus_…, evt_…, call_…, cs_test_…
  [/\b[a-z]{2,14}_(?:test_|live_)?(?=[A-Za-z]{0,60}\d)[A-Za-z0-9]{8,}\b/g, '<id>'],
  // Twilio: CA, SM, MM, AC … and 32 digits
  [/\b[A-Z]{2}[0-9a-f]{32}\b/g, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?/g, '<time>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '<address>'],
  // a number in full, as forms carry it, as people write it, or masked
  [/(?:\+|%2B)\d{1,3}(?:[ .()-]{0,2}\d){6,14}(?!\d)/gi, '<phone>'],
  [/(?:\+|%2B)?\d{2}•••\d{2}/gi, '<phone>'],
  [/•••/g, '<secret>'],
  [/\b(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[\w-]{24,}\b/g, '<id>'],
  [/\b(?=[a-f]*\d)[0-9a-f]{12,}\b/g, '<id>'],
  [/(?<![\w.])-?\d+(?:[.,:]\d+)*/g, '<n>'],
]

/** A message without what differs from one occurrence to the next. */
export function generalize(message: string): string {
  let text = message.slice(0, longest)
  for (const [pattern, word] of particulars) text = text.replace(pattern, word)
  return text.replaceAll(/\s+/g, ' ').trim()
}

/**
 * What makes it the same bug, as readable text. Where the stack passes through our code, its places decide, and neither
 * message nor line numbers: the same bug after an edit above it, or with another customer's number, is the same bug. A
 * provider's or database's own code counts, the message only where no place of ours is known.
 */
export function identityOf(error: {
  source: ErrorSource
  type: string
  code: string | undefined
  message: string
  /** The procedure, path or job that failed. */
  where: string
  frames: readonly Frame[]
}): string {
  const places = error.frames
    .filter(({ place }) => place !== undefined)
    .slice(0, framesThatCount)
    .map(({ place, call }) => `${place} ${callName(call)}`.trim())
  const core = [error.source, generalize(error.type), error.code ?? '']
  if (places.length === 0) return [...core, generalize(error.where), generalize(error.message)].join('\n')
  // a minified name is another one in every build
  if (error.source === 'web') return [...core, generalize(error.message), ...places].join('\n')
  return [...core, ...places].join('\n')
}

/** `Object.run [as work]`, `async run` and `run` are one function. */
function callName(call: string): string {
  return call.replace(/ \[as .*\]$/, '').replace(/^(?:async |new |Object\.|Module\.|process\.)+/, '')
}

/** Where it happened, in few words: the innermost place of ours, else what failed. */
export function culpritOf(error: { where: string; frames: readonly Frame[] }): string {
  const own = error.frames.find(({ place }) => place !== undefined)
  if (own?.place === undefined) return generalize(error.where)
  const name = callName(own.call)
  return name === '' ? own.place : `${name} in ${own.place}`
}
