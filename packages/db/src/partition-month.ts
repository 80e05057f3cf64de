/** `from` is the lowest id that lies in it, `to` the first one that does not. */
export type Partition = { name: string; from: string; to: string }

/** The partition of the month that begins at `month`: a table that is partitioned by its time-ordered id has one a month. */
export const partitionAt = (table: string, month: Date): Partition => ({
  name: `${table}_${month.toISOString().slice(0, 7).replace('-', '_')}`,
  from: lowestIdAt(month),
  to: lowestIdAt(addMonths(month, 1)),
})

/** The first instant of the month that lies so many months after the one of `at`, in UTC. */
export const addMonths = (at: Date, months: number) =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1))

/** No id of this instant or a later one is smaller. */
export function lowestIdAt(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}
