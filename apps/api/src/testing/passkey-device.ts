import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import type { Assertion, CreationOptions, Registration, RequestOptions } from '../sessions/passkeys/wire.ts'
import { publicUrl } from './world.ts'

/** Where a device, or the browser before it, does not do what it is asked to. */
type Quirks = {
  origin?: string
  rpId?: string
  type?: string
  isVerified?: boolean
  isFramed?: boolean
  counter?: number
  userHandle?: string
  attestation?: Map<string, string | Uint8Array | Uint8Array[]>
}

const flag = { present: 0x01, verified: 0x04, attested: 0x40 } as const
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const text = (data: Uint8Array) => Buffer.from(data).toString('base64url')

/** An authenticator with one key (ES256) and the browser in front of it: what they answer is signed as the real ones sign. */
export function passkeyDevice() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  let counted = 0
  let handle = text(Buffer.alloc(16))

  const clientData = (type: string, challenge: string, { origin = publicUrl, isFramed = false, ...quirks }: Quirks) =>
    Buffer.from(JSON.stringify({ type: quirks.type ?? type, challenge, origin, crossOrigin: isFramed }))

  const authenticatorData = (
    rpId: string,
    { isVerified = true, counter = ++counted, ...quirks }: Quirks,
    rest = '',
  ) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const flags = flag.present | (isVerified ? flag.verified : 0) | (rest === '' ? 0 : flag.attested)
    return Buffer.concat([sha256(quirks.rpId ?? rpId), Buffer.from([flags]), count, Buffer.from(rest, 'base64url')])
  }

  const attested = () => {
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const key = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ])
    return Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, isoCBOR.encode(key)]).toString('base64url')
  }

  return {
    id: text(id),

    create(options: CreationOptions, quirks: Quirks = {}): Registration {
      handle = options.user.id
      const clientDataJSON = clientData('webauthn.create', options.challenge, quirks)
      const statement = quirks.attestation
      const attestationObject = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, string | Uint8Array | Uint8Array[]>>([
          ['fmt', statement === undefined ? 'none' : 'packed'],
          ['attStmt', statement ?? new Map()],
          ['authData', new Uint8Array(authenticatorData(options.rp.id, quirks, attested()))],
        ]),
      )
      return {
        id: text(id),
        rawId: text(id),
        type: 'public-key',
        response: {
          clientDataJSON: text(clientDataJSON),
          attestationObject: text(attestationObject),
          transports: ['internal', 'telepathy'],
        },
      }
    },

    get(options: RequestOptions, quirks: Quirks = {}): Assertion {
      const clientDataJSON = clientData('webauthn.get', options.challenge, quirks)
      const signed = authenticatorData(options.rpId, quirks)
      const signature = sign('sha256', Buffer.concat([signed, sha256(clientDataJSON)]), privateKey)
      return {
        id: text(id),
        rawId: text(id),
        type: 'public-key',
        response: {
          clientDataJSON: text(clientDataJSON),
          authenticatorData: text(signed),
          signature: text(signature),
          userHandle: quirks.userHandle ?? handle,
        },
      }
    },
  }
}
