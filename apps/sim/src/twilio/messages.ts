import { z } from 'zod'
import { toRfc2822 } from '../time.ts'
import type { StoredMessage, World } from '../world.ts'
import { pageOf, paging, rangeOf } from './page.ts'

export function messageResource(message: StoredMessage, accountSid: string) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`
  const isRated = message.status !== 'queued' && message.status !== 'failed'
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: toRfc2822(message.createdAt),
    date_sent: message.status === 'queued' ? null : toRfc2822(message.createdAt),
    date_updated: toRfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : (errorMessages[message.errorCode] ?? 'Unknown error'),
    from: message.from,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: String(message.segments),
    price: isRated ? (-0.0079 * message.segments).toFixed(5) : null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  }
}

const errorMessages: Record<number, string> = {
  30003: 'Unreachable destination handset',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30008: 'Unknown error',
}

const messageQuery = z.object({
  To: z.string().optional(),
  From: z.string().optional(),
  DateSent: z.string().optional(),
  'DateSent<': z.string().optional(),
  'DateSent>': z.string().optional(),
  ...paging,
})

export function listMessages(world: World, query: Record<string, string | undefined>) {
  const filter = messageQuery.parse(query)
  const isInRange = rangeOf({ on: filter.DateSent, from: filter['DateSent>'], until: filter['DateSent<'] })
  const found = [...world.messages.values()]
    .filter(({ to, from }) => (!filter.To || to === filter.To) && (!filter.From || from === filter.From))
    .filter(({ createdAt }) => isInRange(Math.floor(createdAt / 1000) * 1000))
    .sort((one, other) => other.createdAt - one.createdAt)
  const accountSid = world.account.twilioAccountSid
  const { shown, frame } = pageOf(found, {
    path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
    query,
    size: filter.PageSize,
    number: filter.Page,
    ...(filter.PageToken ? { token: filter.PageToken } : {}),
  })
  return { ...frame, messages: shown.map((message) => messageResource(message, accountSid)) }
}
