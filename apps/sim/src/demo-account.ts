import type { Account } from './account.ts'
import type { Demo } from './demo-file.ts'

export function accountOf(demo: Demo, publicUrl: string): Account {
  const { retellApiKey, twilioAccountSid, twilioAuthToken, telnyxApiKey, telnyxSigningKey } = demo
  const { calendarSecret, stripeSecretKey, stripeWebhookSecret } = demo
  const carriers = { retellApiKey, twilioAccountSid, twilioAuthToken, telnyxApiKey, telnyxSigningKey }
  return { ...carriers, calendarSecret, stripeSecretKey, stripeWebhookSecret, publicUrl }
}

export function numbersOf(demo: Demo) {
  return [demo.opsNumber, ...demo.customers.map(({ phoneNumber }) => phoneNumber)]
}
