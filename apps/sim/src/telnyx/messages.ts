import { randomUUID } from 'node:crypto'
import { deliver } from '../delivery/deliver.ts'
import { telnyxPolicy } from '../delivery/policy.ts'
import { signDraft } from '../draft.ts'
import { waitUntil } from '../time.ts'
import { addressOf, type CallbackRoute } from '../twilio/send-message.ts'
import type { TelnyxMessage, World } from '../world.ts'

/** A message as it is answered, and as its webhooks carry it. */
export const messageResource = ({ id, from, to, text, parts, sentAt, status }: TelnyxMessage) => ({
  record_type: 'message',
  id,
  direction: 'outbound',
  type: 'SMS',
  from: { phone_number: from },
  to: [{ phone_number: to, status }],
  text,
  parts,
  ...(status === 'delivery_failed' && { errors: [{ code: '40008', title: 'Undeliverable' }] }),
  ...(status !== 'queued' && { sent_at: new Date(sentAt).toISOString() }),
  ...(status.startsWith('deliver') && { completed_at: new Date(sentAt).toISOString() }),
})

/** Carries a message to its end and tells of it where it was asked to: `message.sent`, `message.finalized`. */
export async function carryTelnyxMessage(
  world: World,
  message: TelnyxMessage,
  webhookUrl: string,
  route: CallbackRoute,
) {
  const end = world.unreachable.has(message.to) ? 'delivery_failed' : 'delivered'
  const steps = [
    { type: 'message.sent', status: 'sent', afterMs: 250 },
    { type: 'message.finalized', status: end, afterMs: 600 },
  ] as const
  const address = addressOf(webhookUrl, world.account.publicUrl, route.trunklineUrl)
  for (const { type, status, afterMs } of steps) {
    await waitUntil(message.sentAt + afterMs, route.signal)
    message.status = status
    if (address === undefined) continue
    const at = Date.now()
    const payload = messageResource(message)
    const data = {
      record_type: 'event' as const,
      event_type: type,
      id: randomUUID(),
      occurred_at: new Date(at).toISOString(),
    }
    const draft = {
      provider: 'telnyx' as const,
      path: new URL(address).pathname,
      at,
      payload: { data: { ...data, payload }, meta: { attempt: 1, delivered_to: webhookUrl } },
    }
    await deliver(address, () => signDraft(draft, world.account, Date.now()), { ...route, policy: telnyxPolicy })
  }
}
