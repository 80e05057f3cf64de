import { plainText } from '@trunkline/core/platform/plain-text'
import type { Reading } from '@trunkline/core/webhooks/adapter'
import { twilioDocumentIdentity, twilioOtherIdentity } from '@trunkline/core/webhooks/idempotency'
import { z } from 'zod'
import { readJson } from '../json-body.ts'
import { formOf } from './signature.ts'

const wordOf = (text: string) => plainText(text, 100).replaceAll(/\s/g, '_')
const known = (identity: string, eventType: string): Reading => ({
  readable: true,
  identity,
  eventType,
  phoneNumber: undefined,
})

/** The parameters that every form may carry, and that name nothing that is told of. */
const namesNothing = ['AccountSid', 'ParentAccountSid', 'MessagingServiceSid', 'ApplicationSid']

/**
 * Told of something else than a call or a message: a payment, a task, a conversation. It is kept under the name that it gives itself.
 * Undefined where it names nothing.
 */
export function readOther(body: Uint8Array, bodySha256: string): Reading | undefined {
  const form = [...formOf(body)].filter(([, value]) => value !== '')
  const sids = form.filter(([name]) => /^([A-Z][A-Za-z]*)?Sid$/.test(name) && !namesNothing.includes(name))
  // a payment is told of beside its call, a message of a conversation in it
  const first = ['ConversationSid', undefined, 'CallSid'].flatMap((wanted) =>
    sids.filter(([name]) => (wanted === undefined ? name !== 'CallSid' : name === wanted)),
  )[0]
  if (first === undefined) return undefined
  const [name, sid] = first
  const of = wordOf(name === 'Sid' ? 'notice' : name.replace(/^Sms|Sid$/g, '').toLowerCase() || 'message')
  const said = (form.find(([name]) => name === 'EventType') ?? form.find(([name]) => /[a-z]Event$/.test(name)))?.[1]
  const eventType = of === 'conversation' || said === undefined ? `${of}.${said ?? 'other'}` : said
  return known(twilioOtherIdentity({ of: sid, eventType, bodySha256 }), wordOf(eventType))
}

const text = z.string().min(1).optional().catch(undefined)
const told = z.looseObject({ id: text, type: text, event_type: text })
const documents = z.union([z.array(told).min(1), told.transform((one) => [one])])

/** What Twilio tells as JSON, or undefined where the body is none: its streams of events, and clicks on the links of texts. */
export function readDocument(body: Uint8Array, bodySha256: string): Reading | undefined {
  // a form begins with a name
  if (!/^\s*[[{]/.test(Buffer.from(body.subarray(0, 20)).toString('latin1'))) return undefined
  const read = readJson(body)
  const found = 'json' in read ? documents.safeParse(read.json).data : undefined
  if (found === undefined) return undefined
  const ids = found.flatMap(({ id }) => id ?? [])
  const identity = twilioDocumentIdentity({ ids: ids.length === found.length ? ids : undefined, bodySha256 })
  return known(identity, wordOf(found[0]?.type ?? found[0]?.event_type ?? 'untyped'))
}
