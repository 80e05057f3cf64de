import { isBlockCode } from '../compliance/block-code.ts'

export const deliveryStates = ['pending', 'sent', 'delivered', 'failed', 'logged', 'superseded'] as const

/** In the order in which they are asked. The log comes last, and whoever is told only there is told too late. */
export const deliveryChannels = ['sms', 'email', 'slack', 'log'] as const

/** Who carries texts of ours. */
export const textProviders = ['twilio', 'telnyx'] as const
export type TextProvider = (typeof textProviders)[number]

/** An alert of which nobody could be told for so long is given up, loudly. */
export const giveUpAfterHours = 24

/** A channel by which nobody could be told for so long is left, where another is open: told twice is better than told late. */
export const patienceSeconds = 120

const waitsSeconds = [60, 300] as const

// unknown, landline, blocked, filtered, sender not registered, not routable; the next text by the same would meet the same
const lastingCodes = ['30004', '30005', '30006', '30007', '30032', '30034', '40001', '40002', '40008', '40010']

/**
 * What follows when the carrier says that a text was lost: another one after a pause, or at once by another provider where
 * this one never gets there, or the next channel. Whoever has said STOP is not reached by another way.
 */
export function afterLostText(lost: {
  /** How many texts of this alert were lost, this one included. */
  texts: number
  /** The provider's code of the last loss, where it gave one. */
  code: string | undefined
  /** Another provider has not yet been tried. */
  hasAnother: boolean
}): { next: 'text'; afterSeconds: number } | { next: 'channel' } {
  const afterSeconds = waitsSeconds[lost.texts - 1]
  if (afterSeconds === undefined || isBlockCode(lost.code)) return { next: 'channel' }
  if (lost.code === undefined || !lastingCodes.includes(lost.code)) return { next: 'text', afterSeconds }
  return lost.hasAnother ? { next: 'text', afterSeconds: 0 } : { next: 'channel' }
}

/** The code by which a sent alert is found again in the provider's own list: the first eight digits of its random part. */
export function alertReference(alertId: string): string {
  return `TL-${alertId.replaceAll('-', '').slice(-8).toUpperCase()}`
}

type Told = { id: string; severity: string; title: string; message: string }

/** The text of an alert as SMS: severity, title, message, reference. Never longer than Twilio takes (1,600 characters). */
export function alertText(alert: Told): string {
  const reference = alertReference(alert.id)
  const head = cut(`${alert.severity.toUpperCase()}: ${alert.title}`, 800)
  const message = cut(alert.message, 1600 - head.length - reference.length - 2)
  return `${head}\n${message}\n${reference}`
}

/** The mail of an alert. `address` opens it. */
export function alertMail(alert: Told, address: string): { subject: string; text: string } {
  const subject = cut(`${alert.severity.toUpperCase()}: ${alert.title}`.replaceAll(/\s+/g, ' '), 200)
  return {
    subject,
    text: `${alert.title}\n\n${alert.message}\n\n${address}\n${alertReference(alert.id)}\n`.toWellFormed(),
  }
}

/** The post of an alert, never longer than Slack shows whole. What stands in it is text: it names, links and marks nothing (docs.slack.dev, Formatting message text). */
export function alertPost(alert: Told, address: string): string {
  const reference = alertReference(alert.id)
  const head = escaped(cut(`${alert.severity.toUpperCase()}: ${alert.title}`, 300))
  const message = escaped(cut(alert.message, 700))
  return `*${head}*\n${message}\n<${address}|${reference}>`
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** At most so many characters, with … where something was left out; never half a character. */
function cut(text: string, length: number): string {
  return (text.length > length ? `${text.slice(0, length - 1)}…` : text).toWellFormed()
}
