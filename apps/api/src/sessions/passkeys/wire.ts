import { toWireId } from '@trunkline/core/platform/wire-id'
import type { passkeys } from '@trunkline/db/schema/sessions-passkeys'
import { z } from 'zod'

export const passkeyRow = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
})

export function toPasskeyRow(row: typeof passkeys.$inferSelect): z.infer<typeof passkeyRow> {
  return {
    id: toWireId('passkey', row.id),
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}

const base64url = z
  .string()
  .regex(/^[\w-]+$/, 'must be base64url')
  .max(8192)
const credential = z.object({ id: base64url.max(1400), rawId: base64url.max(1400), type: z.literal('public-key') })

/** What a browser answers when a passkey was made (WebAuthn, RegistrationResponseJSON). */
export const registrationSchema = credential.extend({
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(30)).max(20).optional(),
  }),
})
export type Registration = z.infer<typeof registrationSchema>

/** What a browser answers when a passkey has signed (WebAuthn, AuthenticationResponseJSON). */
export const assertionSchema = credential.extend({
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.max(100).optional(),
  }),
})
export type Assertion = z.infer<typeof assertionSchema>

/** What a browser is asked to make (WebAuthn, PublicKeyCredentialCreationOptionsJSON). */
export const creationOptions = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number() })),
  timeout: z.number(),
  excludeCredentials: z.array(
    z.object({ type: z.literal('public-key'), id: z.string(), transports: z.array(z.string()) }),
  ),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
})
export type CreationOptions = z.infer<typeof creationOptions>

/** What a browser is asked to sign (WebAuthn, PublicKeyCredentialRequestOptionsJSON). It names nobody's passkeys. */
export const requestOptions = z.object({
  rpId: z.string(),
  challenge: z.string(),
  timeout: z.number(),
  userVerification: z.literal('required'),
})
export type RequestOptions = z.infer<typeof requestOptions>
