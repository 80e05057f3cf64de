import { type CallFact, statedInstant } from '@trunkline/core/events/call'
import type { Delivery, Reading, VendorEvent } from '@trunkline/core/webhooks/adapter'
import {
  twilioConferenceIdentity,
  twilioDetectionIdentity,
  twilioRecordingIdentity,
  twilioStreamIdentity,
  twilioTranscriptionIdentity,
} from '@trunkline/core/webhooks/idempotency'
import { type Form, nameOf, text } from './form.ts'

/** What each is known by: its name, and how it stands. */
const named = {
  transcription: ['TranscriptionSid', 'TranscriptionStatus'],
  recording: ['RecordingSid', 'RecordingStatus'],
  conference: ['ConferenceSid', 'StatusCallbackEvent'],
  stream: ['StreamSid', 'StreamEvent'],
  detection: ['CallSid', 'AnsweredBy'],
} as const satisfies Record<string, [string, string]>
type Beside = keyof typeof named

/**
 * Told beside a call’s progress, so it can neither end nor measure it: a recording, a conference in which it is, a stream, or who
 * answered, each without the call’s status; and a transcript, which repeats it.
 */
export function besideOf(form: Form): Beside | undefined {
  if (form.get('TranscriptionSid') !== undefined) return 'transcription'
  if (form.get('CallStatus') !== undefined) return undefined
  if (form.get('RecordingSid') !== undefined) return 'recording'
  if (form.get('ConferenceSid') !== undefined) return 'conference'
  if (form.get('StreamSid') !== undefined) return 'stream'
  return form.get('AnsweredBy') === undefined ? undefined : 'detection'
}

/** The call that it is told of; a conference’s recording and its beginning are of none. */
function callBeside(form: Form): { sid: string | undefined } | { fault: string } {
  const callSid = form.get('CallSid')
  return callSid === undefined ? { sid: undefined } : nameOf(callSid, '', ['CallSid', 'status'])
}

export function readBeside(kind: Beside, form: Form): Reading {
  const [sidName, statusName] = named[kind]
  // of a live transcript its event is told, of one of a recording how it stands
  const stands = (kind === 'transcription' ? form.get('TranscriptionEvent') : undefined) ?? form.get(statusName)
  const [found, call] = [nameOf(form.get(sidName), stands, [sidName, statusName]), callBeside(form)]
  if ('fault' in found) return { readable: false, reason: found.fault }
  if ('fault' in call) return { readable: false, reason: call.fault }
  const { sid, status } = found
  const { sid: callSid } = call
  const identityOf = {
    transcription: () =>
      twilioTranscriptionIdentity({ transcriptionSid: sid, status, sequenceId: form.get('SequenceId') }),
    recording: () => twilioRecordingIdentity({ callSid, recordingSid: sid, status }),
    conference: () =>
      twilioConferenceIdentity({
        conferenceSid: sid,
        event: status,
        callSid,
        sequenceNumber: form.get('SequenceNumber'),
      }),
    stream: () => twilioStreamIdentity({ streamSid: sid, event: status }),
    detection: () => twilioDetectionIdentity({ callSid: sid, answeredBy: status }),
  }
  const eventType = `${kind}.${status.replace(/^(conference|stream|transcription)-/, '')}`
  return { readable: true, identity: identityOf[kind](), eventType, phoneNumber: undefined }
}

/** Only a recording that is ready says something that is shown of its call. */
export function besideEvents(delivery: Delivery, form: Form, webhookId: string): VendorEvent[] | undefined {
  const beside = besideOf(form)
  if (beside === undefined) return undefined
  const reading = readBeside(beside, form)
  if (!reading.readable) throw new SyntaxError(reading.reason)
  const [call, recordingUrl] = [callBeside(form), text(form, 'RecordingUrl', 2000)]
  const isReady = reading.eventType === 'recording.completed'
  if (!isReady || recordingUrl === undefined || 'fault' in call || call.sid === undefined) return []
  const at = statedInstant(Date.parse(form.get('RecordingStartTime') ?? ''), delivery.receivedAt) ?? 0
  const fact: CallFact = { at, source: 'twilio', receivedAt: delivery.receivedAt, webhookId, recordingUrl }
  return [{ kind: 'call', keys: [`twilio:${call.sid}`], register: 'twilio:recording', fact }]
}
