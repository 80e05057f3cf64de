import type { CallRow } from '../app/contract.ts'
import { State, type Tone } from '../ui/pill.tsx'

const faces: Record<CallRow['status'], { tone: Tone; word: string }> = {
  queued: { tone: 'neutral', word: 'Queued' },
  initiated: { tone: 'neutral', word: 'Initiated' },
  ringing: { tone: 'info', word: 'Ringing' },
  'in-progress': { tone: 'info', word: 'In progress' },
  completed: { tone: 'ok', word: 'Completed' },
  canceled: { tone: 'warn', word: 'Canceled' },
  busy: { tone: 'warn', word: 'Busy' },
  'no-answer': { tone: 'warn', word: 'No answer' },
  failed: { tone: 'bad', word: 'Failed' },
}

/** In the order of a call's life. */
export const callStatuses = Object.keys(faces) as CallRow['status'][]

export const callStatusWord = (status: CallRow['status']): string => faces[status].word

export function CallStatusMark({ status }: { status: CallRow['status'] }) {
  return <State tone={faces[status].tone}>{faces[status].word}</State>
}

/** The number on the other side: who phoned us, or whom we phoned. */
export function otherNumber(event: {
  direction: 'inbound' | 'outbound' | null
  fromNumber: string | null
  toNumber: string | null
}): string | null {
  return event.direction === 'outbound' ? event.toNumber : event.fromNumber
}
