import { setTimeout as pause } from 'node:timers/promises'
import type { Account } from '../../apps/sim/src/account.ts'
import { type Draft, signDraft } from '../../apps/sim/src/draft.ts'
import { draftRetellEvent, type RetellEventName } from '../../apps/sim/src/retell/webhook.ts'
import { draftInboundText } from '../../apps/sim/src/twilio/sms.ts'
import { draftVoiceStatus } from '../../apps/sim/src/twilio/voice.ts'
import { post as send } from './wire.ts'

export type Answer = { status: number; duplicate: boolean | undefined; body: string }
type Door = { url: string }

const longestWaitMs = 60_000

/** One delivery; undefined where nobody answered. */
export async function post(
  door: Door,
  { path, headers, body }: { path: string; headers: Record<string, string>; body: string | Buffer },
): Promise<Answer | undefined> {
  // Twilio hangs up after each request; kept connections make the tests quicker and change nothing else
  const { connection: _, ...rest } = headers
  const answer = await send(`${door.url}${path}`, rest, body)
  if (answer === undefined) return undefined
  const said = answer.body.startsWith('{') ? (JSON.parse(answer.body) as { duplicate?: boolean }) : {}
  return { ...answer, duplicate: said.duplicate }
}

/** The providers of one account: they sign what they tell, and tell it again until it is acknowledged. */
export function openProvider(account: Account) {
  const sign = (draft: Draft) => signDraft(draft, account, Date.now())

  return {
    account,
    sign,

    /** Tells it once. */
    tell: (door: Door, draft: Draft) => post(door, sign(draft)),

    /** Tells it until it is acknowledged, at the doors in turn; answers the acknowledgement and how many tries it took. */
    async insist(doors: readonly Door[], draft: Draft, first = 0): Promise<{ duplicate: boolean; tries: number }> {
      const givesUpAt = Date.now() + longestWaitMs
      for (let tries = 1; ; tries++) {
        const door = doors[(first + tries - 1) % doors.length] as Door
        const answer = await post(door, sign(draft))
        if (answer?.status === 200) return { duplicate: answer.duplicate === true, tries }
        if (answer !== undefined && answer.status !== 503)
          throw new Error(`A door answered ${answer.status}: ${answer.body}`)
        if (Date.now() > givesUpAt)
          throw new Error(`Not acknowledged after ${tries} tries: ${answer?.body ?? 'silence'}`)
        await pause(50)
      }
    },
  }
}
export type Provider = ReturnType<typeof openProvider>

export type PlannedCall = { id: string; to: string; seconds: number; endedAt: number }

let calls = 0
export function planCall(to: string, seconds = 60): PlannedCall {
  const id = `call_${process.pid.toString(36)}${(++calls).toString(36).padStart(6, '0')}`
  return { id, to, seconds, endedAt: Date.now() }
}

/** Calls of different lengths to one number; together they last a known time. */
export const planCalls = (count: number, to: string, shortest = 30): PlannedCall[] =>
  Array.from({ length: count }, (_, index) => planCall(to, shortest + (index % 60)))

export const secondsOf = (planned: readonly PlannedCall[]) => planned.reduce((sum, { seconds }) => sum + seconds, 0)

export const callerNumber = '+14155550142'

/** What Retell tells of a planned call: that it began, ended or was analysed. The same bytes however often it is told. */
export function retellEvent(event: RetellEventName, { id, to, seconds, endedAt }: PlannedCall, over: object = {}) {
  const startedAt = endedAt - seconds * 1000
  const isOver = event !== 'call_started'
  return draftRetellEvent(
    event,
    {
      call_id: id,
      call_type: 'phone_call',
      agent_id: 'agent_process',
      direction: 'inbound',
      from_number: callerNumber,
      to_number: to,
      call_status: isOver ? 'ended' : 'ongoing',
      start_timestamp: startedAt,
      ...(isOver && {
        end_timestamp: endedAt,
        duration_ms: seconds * 1000,
        disconnection_reason: 'user_hangup',
        transcript: 'Agent: Good morning.\nUser: My sink is leaking.\n',
      }),
      ...over,
    },
    isOver ? endedAt : startedAt,
  )
}

/** A telephone that rings: Retell asks what to do, and the question has no name by which it could be known again. */
export function ringing(to: string) {
  const at = Date.now()
  const payload = {
    event: 'call_inbound',
    call_inbound: { agent_id: 'agent_process', from_number: callerNumber, to_number: to },
  }
  return { provider: 'retell' as const, path: '/webhooks/retell', at, payload } as unknown as Draft
}

/** What the carrier tells of a call that is over. */
export function carrierEnded(call: { sid: string; to: string; seconds: number }, account: Account) {
  return draftVoiceStatus(
    { callSid: call.sid, accountSid: account.twilioAccountSid, from: callerNumber, to: call.to, direction: 'inbound' },
    { status: 'completed', at: Date.now(), sequence: 3, seconds: call.seconds },
  )
}

export function inboundText(text: { sid: string; to: string; body: string }, account: Account) {
  return draftInboundText({
    messageSid: text.sid,
    accountSid: account.twilioAccountSid,
    from: callerNumber,
    to: text.to,
    body: text.body,
    sentAt: Date.now(),
  })
}
