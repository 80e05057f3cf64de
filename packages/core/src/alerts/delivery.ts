export const deliveryStates = ['pending', 'sent', 'delivered', 'failed', 'logged', 'superseded'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export const deliveryChannels = ['sms', 'log'] as const
export type DeliveryChannel = (typeof deliveryChannels)[number]

/** The code by which a sent alert is found again in the provider's own list: the first eight digits of its random part. */
export function alertReference(alertId: string): string {
  return `TL-${alertId.replaceAll('-', '').slice(-8).toUpperCase()}`
}

/** The text of an alert as SMS: severity, title, message, reference. Never longer than Twilio takes (1,600 characters). */
export function alertText(alert: { id: string; severity: string; title: string; message: string }): string {
  const reference = alertReference(alert.id)
  const head = `${alert.severity.toUpperCase()}: ${alert.title}\n`
  const room = 1600 - head.length - reference.length - 1
  const message = alert.message.length > room ? `${alert.message.slice(0, room - 1)}…` : alert.message
  return `${head}${message}\n${reference}`
}
