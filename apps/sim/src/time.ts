import { setTimeout as sleep } from 'node:timers/promises'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const twoDigits = (value: number) => String(value).padStart(2, '0')

/** As Twilio writes a moment: `Sat, 07 Mar 2026 14:30:14 +0000`. */
export function toRfc2822(atMs: number) {
  const at = new Date(atMs)
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(twoDigits).join(':')
  return `${days[at.getUTCDay()]}, ${twoDigits(at.getUTCDate())} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} ${clock} +0000`
}

/** As carriers write a delivery receipt: `YYMMDDhhmm`. */
export function toReceiptMinute(atMs: number) {
  return new Date(atMs)
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(2, 12)
}

const clocks = new Map<string, Intl.DateTimeFormat>()

// making a formatter costs a hundred times more than using one
function clockOf(timeZone: string) {
  const known = clocks.get(timeZone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  clocks.set(timeZone, clock)
  return clock
}

function readClock(timeZone: string, atMs: number, part: 'year' | 'month' | 'hour') {
  return (
    clockOf(timeZone)
      .formatToParts(atMs)
      .find(({ type }) => type === part)?.value ?? ''
  )
}

/** The calendar month of a moment in a time zone: `2026-03`. */
export function monthIn(timeZone: string, atMs: number) {
  return `${readClock(timeZone, atMs, 'year')}-${readClock(timeZone, atMs, 'month')}`
}

export function hourIn(timeZone: string, atMs: number) {
  return Number(readClock(timeZone, atMs, 'hour'))
}

/** Waits until the moment has come; rejects with AbortError when stopped. */
export async function waitUntil(atMs: number, signal: AbortSignal) {
  signal.throwIfAborted()
  const left = atMs - Date.now()
  if (left > 0) await sleep(left, undefined, { signal })
}

export async function waitUntilStopped(signal: AbortSignal) {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  // a pending promise alone does not keep the process alive, a timer does
  const alive = setInterval(() => undefined, 60_000)
  await promise
  clearInterval(alive)
}
