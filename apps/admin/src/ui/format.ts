const whole = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const percents = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export function formatNumber(value: number): string {
  return whole.format(value)
}

export function formatCompact(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value)
}

export function formatPercent(value: number): string {
  return `${percents.format(value)} %`
}

/** «1 item», «1,204 items». */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`
}

/** Whole seconds as «42 s», «3 m 04 s», «1 h 05 m». */
export function formatDuration(seconds: number): string {
  const sign = seconds < 0 ? '−' : ''
  const total = Math.round(Math.abs(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  if (total < 60) return `${sign}${total} s`
  if (total < 3600) return `${sign}${Math.floor(total / 60)} m ${two(total % 60)} s`
  return `${sign}${whole.format(Math.floor(total / 3600))} h ${two(Math.floor((total % 3600) / 60))} m`
}

/** A delay, with tenths while they matter: «0.3 s», «12 s», «3 m 04 s». */
export function formatDelay(seconds: number): string {
  return seconds < 10 ? `${(Math.round(seconds * 10) / 10).toFixed(1)} s` : formatDuration(seconds)
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${whole.format(bytes)} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} kB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** Micro-dollars as dollars, with as many places as the figure needs to be told from zero. */
export function formatMicros(micros: number): string {
  const dollars = micros / 1_000_000
  const places = dollars !== 0 && Math.abs(dollars) < 1 ? 4 : 2
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  }).format(dollars)
}

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** Whole cents as dollars: «$1,204.50», «−$5.00». */
export function formatCents(cents: number): string {
  return dollars.format(cents / 100).replace('-', '−')
}

const steps: [seconds: number, unit: string][] = [
  [86_400 * 365, 'y'],
  [86_400 * 30, 'mo'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
]

/** «just now», «12 s ago», «3 h ago», «in 4 d». */
export function formatRelative(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000)
  const distance = Math.abs(seconds)
  if (distance < 2) return 'just now'
  const step = steps.find(([size]) => distance >= size)
  const text = step ? `${Math.floor(distance / step[0])} ${step[1]}` : `${distance} s`
  return seconds < 0 ? `in ${text}` : `${text} ago`
}

const local = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const minute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export function formatLocal(at: number): string {
  return local.format(at)
}

export function formatUtc(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} UTC`
}

export function formatDay(at: number): string {
  return day.format(at)
}

/** A moment in a sentence: «2 Mar 2026, 05:00». */
export function formatMinute(at: number): string {
  return minute.format(at)
}

export function formatClock(at: number): string {
  return clock.format(at)
}

/** The end of an id tells two of the same minute apart; its beginning is the minute. */
export function shortId(id: string): string {
  const cut = id.indexOf('_') + 1
  return id.length - cut > 12 ? `${id.slice(0, cut)}…${id.slice(-6)}` : id
}

/** «call_ended», «user-hangup» and «usedSeconds» as words. */
export function formatWords(token: string): string {
  const words = token
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
