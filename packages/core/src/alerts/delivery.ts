export const deliveryStates = ['pending', 'sent', 'delivered', 'failed', 'logged', 'superseded'] as const

export const deliveryChannels = ['sms', 'log'] as const

/** The code by which a sent alert is found again in the provider's own list: the first eight digits of its random part. */
export function alertReference(alertId: string): string {
  return `TL-${alertId.replaceAll('-', '').slice(-8).toUpperCase()}`
}

/** The text of an alert as SMS: severity, title, message, reference. Never longer than Twilio takes (1,600 characters). */
export function alertText(alert: { id: string; severity: string; title: string; message: string }): string {
  const reference = alertReference(alert.id)
  const head = cut(`${alert.severity.toUpperCase()}: ${alert.title}`, 800)
  const message = cut(alert.message, 1600 - head.length - reference.length - 2)
  return `${head}\n${message}\n${reference}`
}

/** At most so many characters, with … where something was left out; never half a character. */
function cut(text: string, length: number): string {
  return (text.length > length ? `${text.slice(0, length - 1)}…` : text).toWellFormed()
}
