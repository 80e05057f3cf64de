type Facts = Record<string, string | number | null>

/** What can be seen of a webhook's effects at one moment. */
export type Picture = { rows: { name: string; facts: Facts }[]; seconds: number; segments: number }

/** One sentence a difference, none where everything is as it was. */
export function describeChange(before: Picture, after: Picture): string[] {
  const known = new Map(before.rows.map((row) => [row.name, row.facts]))
  const rows = after.rows.flatMap(({ name, facts }) => {
    const old = known.get(name)
    if (old === undefined) return [`${name} was created`]
    return Object.entries(facts)
      .filter(([field, value]) => old[field] !== value)
      .map(([field, value]) => `${name}: ${field} ${shown(field, old[field])} → ${shown(field, value)}`)
  })
  return [
    ...rows,
    ...moved(after.seconds - before.seconds, 's of calls'),
    ...moved(after.segments - before.segments, 'segments of texts'),
  ]
}

/** Whether a call or message came to be, or got its owner or its first figure. */
export function isFirst(before: Picture, after: Picture): boolean {
  const known = new Map(before.rows.map((row) => [row.name, row.facts]))
  return after.rows.some(({ name, facts }) => {
    const old = known.get(name)
    const isNew = (value: Facts[string] | undefined, was: Facts[string] | undefined) =>
      value !== null && value !== undefined && (was === null || was === undefined)
    return old === undefined || ['customer', 'seconds', 'segments'].some((field) => isNew(facts[field], old[field]))
  })
}

/** The same without what was said in a call: that stays where retention finds it. */
export const withoutWords = (changes: readonly string[]): string[] =>
  changes.map((line) => line.replace(/: summary .*$/s, ': summary'))

const shown = (field: string, value: string | number | null | undefined): string => {
  if (value === null || value === undefined) return 'none'
  if (field === 'customer') return 'known'
  return String(value).slice(0, 80)
}

const moved = (difference: number, unit: string): string[] =>
  difference === 0 ? [] : [`Usage ${difference > 0 ? '+' : '−'}${Math.abs(difference)} ${unit}`]
