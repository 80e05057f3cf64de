import type { TextKind } from './classify.ts'

/** What is answered, and nothing else: no offer, no link. */
export function keywordReply(kind: TextKind, businessName: string | undefined): string {
  const name = businessName ?? 'We'
  if (kind === 'stop')
    return `${businessName === undefined ? '' : `${name}: `}You will get no more messages from this number. Reply START to get them again.`
  if (kind === 'start')
    return `${businessName === undefined ? '' : `${name}: `}You will get messages from this number again. Reply STOP to end them, HELP for help.`
  return `${businessName === undefined ? 'This number' : name} answers calls and texts of its customers. Message and data rates may apply. Reply STOP to get no more messages.`
}

const endings = [keywordReply('stop', undefined), keywordReply('start', undefined), keywordReply('help', '').trim()]

/** Whether a text is what we answer ourselves, whoever's name stands before it: two lines of ours would answer each other without end. */
export const isKeywordReply = (text: string): boolean => endings.some((ending) => text.trimEnd().endsWith(ending))
