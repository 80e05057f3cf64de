import type { ReactNode } from 'react'
import { usePreference } from './preference.ts'

export type Column<Row> = {
  id: string
  header: string
  /** The least width in pixels; `grow` shares out what is left over. */
  width: number
  grow?: number
  align?: 'right'
  /** Columns with the highest figure leave first when the room gets small; 0 stays. */
  priority: number
  cell: (row: Row) => ReactNode
}

export type Density = 'compact' | 'comfortable'
export const rowHeights: Record<Density, number> = { compact: 36, comfortable: 44 }
/** Between two columns, in pixels. */
export const columnGap = 16

export function useTablePreferences(table: string) {
  const [hidden, setHidden] = usePreference<string[]>(`columns.${table}`, noneHidden)
  const [density, setDensity] = usePreference<Density>('density', 'compact')
  return { hidden, setHidden, density, setDensity }
}
const noneHidden: string[] = []

/** As many columns as fit, the least important left out first, in their own order. */
export function fittingColumns<Row>(columns: Column<Row>[], width: number): Column<Row>[] {
  const kept = new Set<Column<Row>>()
  let room = width
  for (const column of columns.toSorted((a, b) => a.priority - b.priority)) {
    if (column.priority > 0 && room < column.width + columnGap) break
    kept.add(column)
    room -= column.width + columnGap
  }
  return columns.filter((column) => kept.has(column))
}
