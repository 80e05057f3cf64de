import { generateKeyPairSync } from 'node:crypto'
import { passkeyRule, type RelyingParty } from '@trunkline/core/sessions/passkey'
import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import type { Assertion, Registration } from './wire.ts'

// loaded when somebody first brings a passkey: it would cost every start a third of a second
const library = () => import('@simplewebauthn/server')
const helpers = () => import('@simplewebauthn/server/helpers')

const clientData = z.object({ challenge: z.string().min(1).max(200), crossOrigin: z.boolean().optional() })

/** The challenge that a browser says was signed; none where it is none of ours, or was signed inside another site's frame. */
export function challengeIn(clientDataJSON: string): string | undefined {
  try {
    const read = clientData.safeParse(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()))
    return read.success && read.data.crossOrigin !== true ? read.data.challenge : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The passkey that was made, where it was made as asked: for us, for this challenge, by somebody the authenticator verified. */
export async function verifyRegistration(
  ctx: Ctx,
  made: { registration: Registration; challenge: string; relyingParty: RelyingParty },
) {
  const { registration, challenge, relyingParty } = made
  return await unlessRefused(ctx, async () => {
    await refuseCertificates(registration)
    const { verifyRegistrationResponse } = await library()
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...registration, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...passkeyRule.algorithms],
    })
    return registrationInfo?.credential
  })
}

let nobodys: Buffer | undefined
/** A public key (ES256, in COSE's form) of which nobody has the other half. */
export function nobodysKey(): Buffer {
  if (nobodys !== undefined) return nobodys
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const coordinate = (name: string, value: string) => [
    Buffer.from(`${name}5820`, 'hex'),
    Buffer.from(value, 'base64url'),
  ]
  nobodys = Buffer.concat([Buffer.from('a5010203262001', 'hex'), ...coordinate('21', x), ...coordinate('22', y)])
  return nobodys
}

/** What the authenticator has counted, where the signature is right: ours, for this challenge, by somebody it verified. */
export async function verifyAssertion(
  ctx: Ctx,
  signed: { assertion: Assertion; challenge: string; relyingParty: RelyingParty; publicKey: Buffer },
): Promise<{ shown: number } | undefined> {
  const { assertion, challenge, relyingParty, publicKey } = signed
  return await unlessRefused(ctx, async () => {
    const { verifyAuthenticationResponse } = await library()
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      // whether it counted on is decided under the lock of the user, against what stands there then
      credential: { id: assertion.id, publicKey: new Uint8Array(publicKey), counter: 0 },
    })
    return verified ? { shown: authenticationInfo.newCounter } : undefined
  })
}

/** A certificate would have the library ask the network for what its maker says is revoked; none was asked for. */
async function refuseCertificates({ response }: Registration): Promise<void> {
  const { decodeAttestationObject, isoBase64URL } = await helpers()
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject))
  const isPlain = attestation.get('fmt') === 'none'
  const isSelfSigned = attestation.get('fmt') === 'packed' && attestation.get('attStmt').get('x5c') === undefined
  if (!isPlain && !isSelfSigned) throw new Error('an attestation that was not asked for')
}

/** The library throws whatever it finds wrong with what a browser brought. */
async function unlessRefused<Found>(ctx: Ctx, verify: () => Promise<Found | undefined>): Promise<Found | undefined> {
  try {
    return await verify()
  } catch (error) {
    ctx.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'passkey refused')
    return undefined
  }
}
