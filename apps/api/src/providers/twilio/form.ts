import { plainText } from '@trunkline/core/platform/plain-text'
import { longestId } from '@trunkline/core/webhooks/adapter'
import { formOf } from './signature.ts'

export type Form = { get(name: string): string | undefined }

/** A parameter that is empty says nothing. */
export function formReader(body: Uint8Array): Form {
  const form = formOf(body)
  return { get: (name) => form.get(name) || undefined }
}

export const text = (form: Form, name: string, atMost: number): string | undefined => {
  const value = form.get(name)
  return value === undefined ? undefined : plainText(value, atMost)
}

export type Named = { sid: string; status: string } | { fault: string }

export function nameOf(sid: string | undefined, status: string | undefined, names: [string, string]): Named {
  if (sid === undefined || status === undefined) return { fault: `The form names no ${names.join(' and ')}` }
  if (sid.length > longestId) return { fault: `${names[0]} is longer than ${longestId} characters` }
  return { sid: plainText(sid, longestId), status: plainText(status, 40) }
}

/** Which way a call went. A trunk’s words are seen from behind it: what originates there comes from the telephone network. */
export const directionNamed = (word: string): 'inbound' | 'outbound' =>
  word.startsWith('inbound') || word === 'trunking-originating' ? 'inbound' : 'outbound'

/** Who writes by WhatsApp or RCS has a number, too. */
export const otherChannel = /^(whatsapp|rcs):(?=\+)/
