/**
 * The identity of one provider event as readable text, or undefined where the provider's request has none
 * (Retell's `call_inbound` without a call's name: two calls from one number carry the same body, so it is never deduplicated).
 * The caller hashes it; the body's own hash joins only where the provider may send the same name twice.
 */
export function retellIdentity(event: {
  event: string
  callId: string | undefined
  chatId?: string | undefined
  eventTimestamp: number | undefined
  bodySha256: string
}): string | undefined {
  const { event: name, callId, chatId, eventTimestamp, bodySha256 } = event
  if (name === 'call_inbound' || name === 'chat_inbound') {
    const asked = name === 'call_inbound' ? callId : chatId
    return asked === undefined ? undefined : `retell:${name}:${asked}`
  }
  if (chatId !== undefined && /^chat_(started|ended|analyzed)$/.test(name)) return `retell:${name}:${chatId}`
  if (callId === undefined) return `retell:${name}:body:${bodySha256}`
  if (['call_started', 'call_ended', 'call_analyzed'].includes(name)) return `retell:${name}:${callId}`
  // several transfers and many transcript updates belong to one call
  return `retell:${name}:${callId}:${name.startsWith('transfer_') && eventTimestamp !== undefined ? eventTimestamp : bodySha256}`
}

/** `step`: what has just been done in the midst of it, where that is told and no turn of the call. */
export function twilioCallIdentity(event: {
  callSid: string
  status: string
  sequenceNumber: string | undefined
  step?: string | undefined
}): string {
  const { callSid, status, sequenceNumber = '', step } = event
  return `twilio:call:${callSid}:${status}:${sequenceNumber}${step === undefined ? '' : `:${step}`}`
}

/** What is asked at the door that must answer is another thing than what is told of the same status. */
export function twilioVoiceIdentity(event: { callSid: string; status: string; step?: string | undefined }): string {
  const { callSid, status, step } = event
  return `twilio:voice:${callSid}:${status}${step === undefined ? '' : `:${step}`}`
}

/** A conference’s recording names no call. */
export function twilioRecordingIdentity(event: {
  callSid: string | undefined
  recordingSid: string
  status: string
}): string {
  return `twilio:recording:${event.callSid ?? ''}:${event.recordingSid}:${event.status}`
}

export function twilioDetectionIdentity(event: { callSid: string; answeredBy: string }): string {
  return `twilio:detection:${event.callSid}:${event.answeredBy}`
}

/** Who comes, goes or is put on hold in a conference; its beginning and end are of no call. */
export function twilioConferenceIdentity(event: {
  conferenceSid: string
  event: string
  callSid: string | undefined
  sequenceNumber: string | undefined
}): string {
  const { conferenceSid, event: what, callSid, sequenceNumber } = event
  return `twilio:conference:${conferenceSid}:${what}:${callSid ?? ''}:${sequenceNumber ?? ''}`
}

export function twilioStreamIdentity(event: { streamSid: string; event: string }): string {
  return `twilio:stream:${event.streamSid}:${event.event}`
}

/** A transcript of a recording is told once, a live one piece by piece. */
export function twilioTranscriptionIdentity(event: {
  transcriptionSid: string
  status: string
  sequenceId: string | undefined
}): string {
  return `twilio:transcription:${event.transcriptionSid}:${event.status}:${event.sequenceId ?? ''}`
}

/** What is told of something that we know nothing of may be told of it again and again. */
export function twilioOtherIdentity(event: { of: string; eventType: string; bodySha256: string }): string {
  return `twilio:other:${event.of}:${event.eventType}:${event.bodySha256}`
}

/** A document of Twilio’s brings one event or several, each under a name of its own. */
export function twilioDocumentIdentity(event: { ids: readonly string[] | undefined; bodySha256: string }): string {
  return `twilio:document:${event.ids === undefined ? `body:${event.bodySha256}` : event.ids.join(' ')}`
}

export function twilioMessageIdentity(event: {
  messageSid: string
  status: string
  errorCode: string | undefined
}): string {
  return `twilio:message:${event.messageSid}:${event.status}:${event.errorCode ?? ''}`
}

/** Stripe names its events itself: a retry has the same name, whatever its time and signature. */
export function stripeIdentity(event: { eventId: string }): string {
  return `stripe:${event.eventId}`
}

/** Telnyx names its events itself; what differs between tries (`meta`) is no part of it. */
export function telnyxIdentity(event: { eventId: string }): string {
  return `telnyx:${event.eventId}`
}

/** What carries no name is known by what it says. */
export function telnyxOtherIdentity(event: { content: string }): string {
  return `telnyx:other:${event.content}`
}

/** A sender names its messages itself, and only among its own: two sources may use the same name. */
export function standardIdentity(event: { source: string; messageId: string }): string {
  return `standard:${event.source}:${event.messageId}`
}

/** Signed bytes that nobody can read are known by their content alone. */
export function unreadableIdentity(provider: string, bodySha256: string): string {
  return `${provider}:unreadable:${bodySha256}`
}
