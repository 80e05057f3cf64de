import { z } from 'zod'
import { toRfc2822 } from '../time.ts'
import type { StoredCall, World } from '../world.ts'
import { pageOf, paging, rangeOf } from './page.ts'

export function callResource(call: StoredCall, accountSid: string) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`
  const minutes = Math.ceil((call.seconds ?? 0) / 60)
  return {
    account_sid: accountSid,
    annotation: null,
    answered_by: null,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: toRfc2822(call.startedAt),
    date_updated: toRfc2822(call.endedAt ?? call.startedAt),
    direction: call.direction,
    duration: call.seconds === null ? null : String(call.seconds),
    end_time: call.endedAt === null ? null : toRfc2822(call.endedAt),
    forwarded_from: null,
    from: call.from,
    from_formatted: format(call.from),
    group_sid: null,
    parent_call_sid: null,
    phone_number_sid: null,
    price: call.seconds ? (-0.0085 * minutes).toFixed(5) : null,
    price_unit: 'USD',
    queue_time: '0',
    sid: call.sid,
    start_time: toRfc2822(call.startedAt),
    status: call.status === 'initiated' ? 'queued' : call.status,
    subresource_uris: { recordings: `${uri}/Recordings.json`, events: `${uri}/Events.json` },
    to: call.to,
    to_formatted: format(call.to),
    trunk_sid: null,
    uri: `${uri}.json`,
  }
}

function format(phoneNumber: string) {
  return phoneNumber.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3')
}

const callQuery = z.object({
  To: z.string().optional(),
  From: z.string().optional(),
  Status: z.string().optional(),
  StartTime: z.string().optional(),
  'StartTime<': z.string().optional(),
  'StartTime>': z.string().optional(),
  ...paging,
})

export function listCarrierCalls(world: World, query: Record<string, string | undefined>) {
  const filter = callQuery.parse(query)
  const isInRange = rangeOf({ on: filter.StartTime, from: filter['StartTime>'], until: filter['StartTime<'] })
  const found = [...world.carrierCalls.values()]
    .filter(({ to, from }) => (!filter.To || to === filter.To) && (!filter.From || from === filter.From))
    .filter(({ status }) => !filter.Status || status === filter.Status)
    .filter(({ startedAt }) => isInRange(startedAt))
    .sort((one, other) => other.startedAt - one.startedAt)
  const accountSid = world.account.twilioAccountSid
  const { shown, frame } = pageOf(found, {
    path: `/2010-04-01/Accounts/${accountSid}/Calls.json`,
    query,
    size: filter.PageSize,
    number: filter.Page,
    ...(filter.PageToken ? { token: filter.PageToken } : {}),
  })
  return { ...frame, calls: shown.map((call) => callResource(call, accountSid)) }
}
