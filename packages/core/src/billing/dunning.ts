import type { DeadlineKind } from './words.ts'

/** What follows a failed payment, by days: three reminders, and a day after the last of them the customer stands still. */
export const dunning: readonly { kind: DeadlineKind; day: number }[] = [
  { kind: 'remind', day: 0 },
  { kind: 'remind', day: 1 },
  { kind: 'remind', day: 3 },
  { kind: 'suspend', day: 4 },
]

/** Of several reminders that are due at once, after a downtime, only the last is sent. */
export function splitDue<Deadline extends { stripeInvoiceId: string; kind: DeadlineKind; day: number }>(
  due: readonly Deadline[],
): { now: Deadline[]; superseded: Deadline[] } {
  const isLast = (one: Deadline) =>
    one.kind === 'suspend' ||
    !due.some(
      (other) => other.kind === 'remind' && other.stripeInvoiceId === one.stripeInvoiceId && other.day > one.day,
    )
  return { now: due.filter(isLast), superseded: due.filter((one) => !isLast(one)) }
}

const dollars = (cents: number) => `$${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`

/** The mail that reminds an owner of an invoice that could not be collected. */
export function reminderMail(reminder: {
  email: string
  businessName: string
  amountCents: number
  number: string | null
  day: number
  payUrl: string
}): { to: string; subject: string; text: string } {
  const { email, businessName, amountCents, number, day, payUrl } = reminder
  const invoice = number === null ? 'invoice' : `invoice ${number}`
  const isLast = day >= 3
  return {
    to: email,
    subject: isLast
      ? `Last reminder: ${businessName} is about to be paused`
      : `A payment for ${businessName} did not go through`,
    text: [
      `We could not collect ${dollars(amountCents)} for the ${invoice} of ${businessName}.`,
      isLast
        ? 'Unless it is paid within a day, calls and texts stop until it is. They resume by themselves as soon as the payment arrives.'
        : 'Please pay it, or change your card. Calls and texts go on meanwhile.',
      '',
      payUrl,
    ].join('\n'),
  }
}
