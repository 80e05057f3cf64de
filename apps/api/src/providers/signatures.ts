import type { Delivery, Signable, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { signRetell, verifyRetell } from './retell/signature.ts'
import { signStandard, verifyStandard } from './standard/signature.ts'
import { signStripe, verifyStripe } from './stripe/signature.ts'
import { signTelnyx, verifyTelnyx } from './telnyx/signature.ts'
import { signTwilio, verifyTwilio } from './twilio/signature.ts'

type Signature = {
  verify(delivery: Delivery, secrets: readonly SigningSecret[]): Verification
  /** The headers with which the provider would send it. */
  sign(signable: Signable, secret: SigningSecret): Record<string, string>
}

/** How each provider signs. Nothing here reads what a body says, so that it can be carried elsewhere. */
export const signatures: Readonly<Record<WebhookProvider, Signature>> = {
  retell: { verify: verifyRetell, sign: signRetell },
  twilio: { verify: verifyTwilio, sign: signTwilio },
  telnyx: { verify: verifyTelnyx, sign: signTelnyx },
  stripe: { verify: verifyStripe, sign: signStripe },
  standard: { verify: verifyStandard, sign: signStandard },
}
