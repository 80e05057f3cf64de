/** What a company has with its providers: the keys they sign with, and the address they call. */
export type Account = {
  retellApiKey: string
  twilioAccountSid: string
  twilioAuthToken: string
  /** Without one Telnyx lets nobody in. */
  telnyxApiKey?: string
  /** With which Telnyx signs: the base64 of the 32 bytes of an Ed25519 key. */
  telnyxSigningKey?: string
  /** With which a calendar signs by Standard Webhooks. */
  calendarSecret?: string
  stripeSecretKey: string
  stripeWebhookSecret: string
  /** The origin that Twilio signs, whatever address the request really goes to. */
  publicUrl: string
}
