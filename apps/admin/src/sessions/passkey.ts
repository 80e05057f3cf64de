import { browserSupportsWebAuthn, startAuthentication, startRegistration, WebAuthnError } from '@simplewebauthn/browser'
import { problemOf, rpcClient } from '../app/rpc.ts'

export type Proof = { password: string } | { code: string }

/** Has the browser make a passkey, once the server has taken the proof, and adds it to the account. */
export async function makePasskey({ name, proof }: { name: string; proof: Proof }) {
  expectPasskeys()
  const optionsJSON = await rpcClient.sessions.passkeys.begin.mutate(proof)
  const registration = await startRegistration({ optionsJSON })
  return await rpcClient.sessions.passkeys.add.mutate({ name, registration })
}

/** Has the browser ask which passkey to sign in with, and signs in by it. */
export async function signInWithPasskey() {
  expectPasskeys()
  const optionsJSON = await rpcClient.sessions.passkeys.beginSignIn.mutate({})
  return await rpcClient.sessions.passkeys.signIn.mutate(await startAuthentication({ optionsJSON }))
}

/** What keeps this page from using passkeys at all. */
class NoPasskeys extends Error {}

function expectPasskeys(): void {
  const { hostname, port, pathname } = globalThis.location
  if (hostname === '127.0.0.1' || hostname === '[::1]')
    throw new NoPasskeys(
      `Passkeys belong to a name, not to ${hostname}. Open http://localhost:${port}${pathname} instead.`,
    )
  if (!browserSupportsWebAuthn())
    throw new NoPasskeys('This browser cannot use passkeys here: it is too old, or the page does not come by https.')
}

const sentences: Partial<Record<WebAuthnError['code'], string>> = {
  ERROR_CEREMONY_ABORTED: 'Cancelled. Nothing has changed.',
  ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED: 'This device or key holds a passkey of your account already.',
  ERROR_AUTHENTICATOR_MISSING_DISCOVERABLE_CREDENTIAL_SUPPORT:
    'This security key has no room for passkeys. Use another.',
  ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT:
    'This device or key cannot tell that it is you: it needs a PIN, a fingerprint or a face.',
  ERROR_AUTHENTICATOR_NO_SUPPORTED_PUBKEYCREDPARAMS_ALG: 'This security key is too old for passkeys. Use another.',
  ERROR_INVALID_RP_ID: 'Passkeys belong to the public address of this installation. Open it there.',
}

/** What went wrong, in words, and at which field where it was one. */
export function passkeyProblem(error: unknown): { message: string; fields: Record<string, string> } {
  if (error instanceof NoPasskeys) return { message: error.message, fields: {} }
  if (error instanceof Error && error.name === 'NotAllowedError')
    return { message: 'Cancelled, or it took too long. Nothing has changed.', fields: {} }
  if (error instanceof WebAuthnError) return { message: sentences[error.code] ?? error.message, fields: {} }
  return problemOf(error)
}
