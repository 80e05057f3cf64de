import type { WebhookProvider } from './state.ts'

/** What a text must look like to be a secret: any text without spaces, base64 of 32 bytes, what Stripe makes, or what Standard Webhooks names. */
export type SecretShape = 'text' | 'ed25519' | 'stripe' | 'standard'

type Facts = {
  /** As people know it. */
  name: string
  secret: SecretShape
  /** Where the provider shows the secret. */
  whence: string
}

/** What screens, secrets and environment must know of a provider. */
export const providerFacts: Readonly<Record<WebhookProvider, Facts>> = {
  retell: { name: 'Retell', secret: 'text', whence: 'Retell, Settings, API keys: the one with the webhook badge.' },
  twilio: {
    name: 'Twilio',
    secret: 'text',
    whence: 'Twilio, Account, API keys and tokens: the auth token. Texts are sent with the environment’s.',
  },
  telnyx: { name: 'Telnyx', secret: 'ed25519', whence: 'Telnyx, Keys and credentials: the public key.' },
  stripe: {
    name: 'Stripe',
    secret: 'stripe',
    whence: 'Stripe, Developers, Webhooks: the signing secret of the endpoint.',
  },
  standard: {
    name: 'Standard Webhooks',
    secret: 'standard',
    whence: 'whsec_… as its sender shows it, or whpk_… for its public key.',
  },
}
