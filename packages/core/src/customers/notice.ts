import { z } from 'zod'

/** What a customer's owner is told by himself. */
export const noticeKinds = [
  'usage_warning',
  'usage_limit',
  'usage_blocked',
  'usage_renewed',
  'payment_failed',
  'payment_suspended',
  'payment_resumed',
] as const
export type NoticeKind = (typeof noticeKinds)[number]
export const noticeKindSchema = z.enum(noticeKinds)

export const noticeChannels = ['email', 'sms', 'none'] as const
export type NoticeChannel = (typeof noticeChannels)[number]
export const noticeChannelSchema = z.enum(noticeChannels)

/** `undecided`: whether it went out nobody knows, and a second mail is worse than none. */
export const noticeStates = ['pending', 'sending', 'sent', 'skipped', 'failed', 'undecided'] as const

/** What fills the gaps of a notice: figures, and what the sentence needs to name. */
export type NoticeFacts = Record<string, string | number>

type Reach = { email: string | null; phone: string | null }
type Preference = { channel: NoticeChannel; muted: readonly NoticeKind[] } | undefined

/** How this owner is told of this: as he chose, else by mail; where that way is not open, by the other. The reason says why not. */
export function channelFor(
  notice: { kind: NoticeKind },
  owner: { reach: Reach; preference: Preference },
): { channel: 'email' | 'sms'; to: string } | { channel: 'none'; reason: string } {
  const { reach, preference } = owner
  if (preference?.channel === 'none') return { channel: 'none', reason: 'The owner wants no notices' }
  if (preference?.muted.includes(notice.kind))
    return { channel: 'none', reason: 'The owner wants no notice of this kind' }
  const byMail = reach.email === null ? undefined : ({ channel: 'email', to: reach.email } as const)
  const bySms = reach.phone === null ? undefined : ({ channel: 'sms', to: reach.phone } as const)
  const found = preference?.channel === 'sms' ? (bySms ?? byMail) : (byMail ?? bySms)
  return found ?? { channel: 'none', reason: 'The customer has neither an e-mail address nor a phone number' }
}

const sentences: Record<NoticeKind, { subject: string; text: string }> = {
  usage_warning: {
    subject: '80 % of your {noun} are used',
    text: '{business} has used {used} of {base} {noun} in this period, which ends on {ends}. Top up or choose a higher tier to stay reachable.',
  },
  usage_limit: {
    subject: 'All your {noun} are used',
    text: '{business} has used {used} of {base} {noun} in this period, which ends on {ends}. {after} Top up or choose a higher tier.',
  },
  usage_blocked: {
    subject: 'Your {noun} are stopped',
    text: '{business} has used up its {noun}: {used} of {base} in this period, which ends on {ends}. Nothing more is admitted until you top up, choose a higher tier or the period ends.',
  },
  usage_renewed: {
    subject: 'Your {noun} are available again',
    text: '{business} may go on: {base} {noun} until {ends}.',
  },
  payment_failed: {
    subject: 'Your payment did not go through',
    text: 'The payment of {amount} for {business} failed. Please look at your payment method; service stops on {ends} otherwise.',
  },
  payment_suspended: {
    subject: 'Your service is paused',
    text: 'The payment of {amount} for {business} is still open, so calls and texts are paused. They resume by themselves once it is paid.',
  },
  payment_resumed: {
    subject: 'Your service is running again',
    text: 'Thank you: the payment for {business} has arrived and calls and texts are running again.',
  },
}

/** The words of a notice. What a fact does not fill stays out. */
export function noticeText(notice: { kind: NoticeKind; facts: NoticeFacts; publicUrl: string }): {
  subject: string
  text: string
  sms: string
} {
  const fill = (template: string) =>
    template
      .replaceAll(/\{(\w+)\}/g, (_gap, name: string) => String(notice.facts[name] ?? ''))
      .replaceAll(/ {2,}/g, ' ')
  const { subject, text } = sentences[notice.kind]
  const body = fill(text)
  return {
    subject: fill(subject),
    text: `${body}\n\n${notice.publicUrl}/admin/\n`,
    sms: body.length > 600 ? `${body.slice(0, 599)}…`.toWellFormed() : body,
  }
}
