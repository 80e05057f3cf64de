import { SlidersHorizontal } from 'lucide-react'
import { Button } from './button.tsx'
import { Menu, MenuChoices, MenuLabel, MenuLine, MenuToggle } from './menu.tsx'
import { type Column, useTablePreferences } from './table-columns.ts'

/** Which columns are shown and how tall the rows are, remembered by this browser. */
export function ColumnChooser<Row>({ table, columns }: { table: string; columns: Column<Row>[] }) {
  const { hidden, setHidden, density, setDensity } = useTablePreferences(table)
  return (
    <Menu
      trigger={
        <Button size="icon-small" variant="ghost" aria-label="Columns and density" title="Columns and density">
          <SlidersHorizontal aria-hidden className="size-4" />
        </Button>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {columns
        .filter((column) => column.priority > 0)
        .map((column) => (
          <MenuToggle
            key={column.id}
            checked={!hidden.includes(column.id)}
            onChange={(on) => setHidden(on ? hidden.filter((id) => id !== column.id) : [...hidden, column.id])}
          >
            {column.header}
          </MenuToggle>
        ))}
      <MenuLine />
      <MenuLabel>Rows</MenuLabel>
      <MenuChoices
        value={density}
        onChange={setDensity}
        choices={[
          { value: 'compact', label: 'Compact' },
          { value: 'comfortable', label: 'Comfortable' },
        ]}
      />
    </Menu>
  )
}
