/** Where each door stands, and the names by which the first customers know it. */
export const doorPaths: Readonly<Record<string, readonly string[]>> = {
  'retell/events': ['/webhooks/retell', '/api/retell/webhook', '/retell-webhook'],
  'twilio/voice': ['/webhooks/twilio/voice', '/api/twilio/voice'],
  'twilio/status': ['/webhooks/twilio/status', '/api/twilio/status'],
  'twilio/sms': ['/webhooks/twilio/sms', '/api/twilio/sms'],
  'twilio/sms-status': ['/webhooks/twilio/sms-status'],
  'telnyx/events': ['/webhooks/telnyx', '/api/telnyx/voice-webhook', '/api/sms/webhook'],
  'standard/:source': ['/webhooks/standard/:source'],
  'stripe/events': ['/webhooks/stripe', '/stripe-webhook'],
}

/** The address that a request to a door had, seen from another public one. Undefined where no door stands there. */
export function addressFrom(publicUrl: string, received: { door: string; url: string }): string | undefined {
  const [path = '', query] = received.url.split(/(?=\?)/, 2)
  const known = doorPaths[received.door]?.find((each) => path.endsWith(each))
  return known && publicUrl + known + (query ?? '')
}
