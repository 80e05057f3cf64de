import { clsx } from 'clsx'
import type { ReactNode } from 'react'

type PlainColumn<Row> = { header: string; align?: 'right'; cell: (row: Row) => ReactNode }

/** A few rows of facts, all of them on the page. */
export function PlainTable<Row>({
  label,
  rows,
  columns,
  keyOf,
  foot,
}: {
  label: string
  rows: readonly Row[]
  columns: PlainColumn<Row>[]
  keyOf: (row: Row) => string
  /** One cell a column, under a line. */
  foot?: ReactNode[]
}) {
  const cell = (column: PlainColumn<Row>) =>
    clsx('px-3 first:pl-4 last:pr-4', column.align === 'right' ? 'text-right' : 'text-left')
  return (
    <div
      className="scroll-thin overflow-x-auto border-t focus-visible:outline-offset-[-2px]"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table className="figures w-full text-sm whitespace-nowrap">
        <caption className="sr-only">{label}</caption>
        <thead className="text-xs text-ink-2">
          <tr className="border-b">
            {columns.map((column) => (
              <th key={column.header} scope="col" className={clsx('h-8 font-medium', cell(column))}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-b last:border-b-0 hover:bg-hover">
              {columns.map((column) => (
                <td key={column.header} className={clsx('h-9', cell(column))}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot && (
          <tfoot>
            <tr className="border-t font-medium">
              {columns.map((column, index) => (
                <td key={column.header} className={clsx('h-9', cell(column))}>
                  {foot[index]}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  )
}
