import type { Session } from './objects.ts'

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`

/** The page on which a session is paid: its sum, a button that pays, and a way back. */
export function payPage({ status, mode, amount_total: cents, cancel_url: back }: Session): string {
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Checkout</title>'
  if (status !== 'open') return `${head}<h1>Paid</h1><p>You may close this page.</p></html>`
  const sum = `${dollars(cents)}${mode === 'subscription' ? ' a month' : ''}`
  const way = back === null ? '' : `<p><a href="${escaped(back)}">Go back</a></p>`
  return `${head}<h1>Pay ${sum}</h1><form method="post"><button>Pay ${sum}</button></form>${way}</html>`
}
