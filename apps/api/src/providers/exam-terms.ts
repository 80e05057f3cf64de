import type { Delivery, SigningSecret } from '@trunkline/core/webhooks/adapter'
import { z } from 'zod'

/** What a provider signs with, and what we are given to check it: one text where both are the same. `ours`: as we write the first. */
export type Key = { signs: string; verifies: string; ours?: string }

export const vectorSchema = z.looseObject({
  id: z.string(),
  provider: z.string(),
  secret: z.string(),
  body: z.string().default(''),
  headers: z.record(z.string(), z.string()),
  verify_at_ms: z.number().optional(),
  verify_at_s: z.number().optional(),
  expect: z.enum(['valid', 'invalid']),
})
export type Vector = z.infer<typeof vectorSchema>

export type Body = { name: string; door: string; text: string }

export type Exam = {
  /** Two keys that may be the provider's; without them any text is a secret. */
  keys?: readonly [Key, Key]
  /** For how long after its time a delivery counts; absent where no time is signed. */
  freshForMs?: number
  /** The provider's own code: what it signs we verify, and what our fixtures sign it takes. */
  official?: {
    signs?(delivery: Delivery, key: Key): Delivery | Promise<Delivery>
    takes?(delivery: Delivery, key: Key): boolean | Promise<boolean>
  }
  /** Where its samples lie in the folder of payloads, and the door at which each comes in. */
  samples?: { files: string; door(name: string): string }
  /** A published vector as a delivery. */
  vectors?: { provider: string; atLeast: number; delivered(vector: Vector): Delivery }
  /** The delivery as the provider would make it: signed with this secret at this moment. */
  sign(delivery: Delivery, secret: string): Delivery
  /** The header that carries the signature, in lower case. */
  header: string
  /** Bodies as the provider sends them, at least one for each door and kind of event. */
  bodies: readonly Body[]
  /** What the signature covers of a body, where that is not every byte (Twilio signs the parameters). */
  covered?(body: Uint8Array): unknown
}

export const now = 1_700_000_000_000

/** A text that is both. */
export const same = (text: string): Key => ({ signs: text, verifies: text })
export const secretOf = (text: string): SigningSecret => ({ id: `id of ${text}`, text })

export const deliver = (body: Uint8Array | string, facts: Partial<Delivery> = {}): Delivery => ({
  door: 'events',
  url: 'https://hooks.trunkline.example/webhooks',
  headers: {},
  body: typeof body === 'string' ? Buffer.from(body) : body,
  receivedAt: now,
  ...facts,
})
