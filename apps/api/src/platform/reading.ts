import { isE164 } from '@trunkline/core/numbers/phone'
import { maskPhone, maskText } from '@trunkline/core/platform/mask'
import { may } from '@trunkline/core/sessions/permission'
import type { Ctx } from './context.ts'

/** What stands in place of words that the reader may not read. */
const hidden = '•••'

/** Whether the reader may read what was said: bytes, transcripts, summaries, texts. */
export const mayReadContent = ({ actor }: Ctx): boolean => actor.kind === 'user' && may(actor.role, 'content')

/** Words as this reader sees them. */
export const shownWords = (ctx: Ctx, words: string | null): string | null =>
  words === null || words === '' || mayReadContent(ctx) ? words : hidden

/** Whether the reader sees callers' numbers. Who does not may not find one digit by digit either. */
export const mayReadNumbers = ({ actor }: Ctx): boolean => actor.kind === 'user' && may(actor.role, 'numbers')

/** A number as this reader sees it in a list. A line of ours is nobody's secret; a caller's number is. */
export function shownNumber(ctx: Ctx, number: string | null, line: string | null = null): string | null {
  if (number === null || number === line || mayReadNumbers(ctx)) return number
  return isE164(number) ? maskPhone(number) : maskText(number)
}
