import type { MessageRow } from '../app/contract.ts'
import { State, type Tone } from '../ui/pill.tsx'

const faces: Record<MessageRow['status'], { tone: Tone; word: string }> = {
  accepted: { tone: 'neutral', word: 'Accepted' },
  scheduled: { tone: 'neutral', word: 'Scheduled' },
  queued: { tone: 'neutral', word: 'Queued' },
  sending: { tone: 'info', word: 'Sending' },
  receiving: { tone: 'info', word: 'Receiving' },
  sent: { tone: 'info', word: 'Sent' },
  partially_delivered: { tone: 'warn', word: 'Partly delivered' },
  canceled: { tone: 'neutral', word: 'Canceled' },
  failed: { tone: 'bad', word: 'Failed' },
  undelivered: { tone: 'bad', word: 'Undelivered' },
  delivered: { tone: 'ok', word: 'Delivered' },
  received: { tone: 'ok', word: 'Received' },
  read: { tone: 'ok', word: 'Read' },
}

/** In the order of a message's life. */
export const messageStatuses = Object.keys(faces) as MessageRow['status'][]

export const messageStatusWord = (status: MessageRow['status']): string => faces[status].word

export function MessageStatusMark({ status }: { status: MessageRow['status'] }) {
  return <State tone={faces[status].tone}>{faces[status].word}</State>
}
