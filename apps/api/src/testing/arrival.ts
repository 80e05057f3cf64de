import type { Arrival } from '../webhooks/arrival.ts'

/** A delivery as the door hands it on. */
export const arrivalFor = (id: string, over: Partial<Arrival> = {}): Arrival => ({
  id,
  key: null,
  provider: 'retell',
  door: 'events',
  eventType: 'call_ended',
  phoneNumber: null,
  url: 'https://hooks.trunkline.example/webhooks/retell',
  remoteAddress: '127.0.0.1',
  headers: '[]',
  // a separator that is no end of a line, and an end of a line within the text
  body: `{"id":"${id}","note":"one\u2028two\\n\nthree"}`,
  bodyEncoding: 'utf8',
  bodyBytes: 0,
  bodySha256: '',
  verdict: 'verified',
  secretId: null,
  state: 'received',
  receivedAt: '2026-01-01T00:00:00.000Z',
  lastError: null,
  revisionOf: null,
  ...over,
})
