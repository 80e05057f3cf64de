import type { Account } from './account.ts'
import type { Demo } from './demo-file.ts'

export function accountOf(demo: Demo, publicUrl: string): Account {
  const { retellApiKey, twilioAccountSid, twilioAuthToken } = demo
  return { retellApiKey, twilioAccountSid, twilioAuthToken, publicUrl }
}

export function numbersOf(demo: Demo) {
  return [demo.opsNumber, ...demo.customers.map(({ phoneNumber }) => phoneNumber)]
}
