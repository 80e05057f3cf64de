import { clsx } from 'clsx'
import type { ReactNode } from 'react'

type PlainColumn<Row> = {
  header: string
  align?: 'right'
  /** Where rows are cards: a line of its own, without its name where it speaks for itself. */
  card?: 'line' | 'unnamed'
  cell: (row: Row) => ReactNode
}

/** A few rows of facts, all of them on the page. */
export function PlainTable<Row>({
  label,
  rows,
  columns,
  keyOf,
  foot,
  stacks = false,
}: {
  label: string
  rows: readonly Row[]
  columns: PlainColumn<Row>[]
  keyOf: (row: Row) => string
  /** One cell a column, under a line. */
  foot?: ReactNode[]
  /** Where there is no room for columns each row is a card. */
  stacks?: boolean
}) {
  const cell = (column: PlainColumn<Row>) =>
    clsx('px-3 first:pl-4 last:pr-4', column.align === 'right' ? 'text-right' : 'text-left')
  const card = (column: PlainColumn<Row>) =>
    stacks &&
    clsx(
      '@max-[62rem]:block @max-[62rem]:h-auto @max-[62rem]:min-w-0 @max-[62rem]:p-0! @max-[62rem]:text-left @max-[62rem]:whitespace-normal',
      column.card && '@max-[62rem]:col-span-full',
    )
  // what is laid out as a card is a table only by these words
  const role = (name: string) => (stacks ? { role: name } : {})
  return (
    <div className={clsx('border-t', stacks && '@container')}>
      <div
        className="scroll-thin overflow-x-auto focus-visible:outline-offset-[-2px]"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <table
          {...role('table')}
          className={clsx('figures w-full text-sm whitespace-nowrap', stacks && '@max-[62rem]:block')}
        >
          <caption className="sr-only">{label}</caption>
          <thead {...role('rowgroup')} className={clsx('text-xs text-ink-2', stacks && '@max-[62rem]:sr-only')}>
            <tr {...role('row')} className="border-b">
              {columns.map((column) => (
                <th
                  key={column.header}
                  {...role('columnheader')}
                  scope="col"
                  className={clsx('h-8 font-medium', cell(column))}
                >
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody {...role('rowgroup')} className={clsx(stacks && '@max-[62rem]:block')}>
            {rows.map((row) => (
              <tr
                key={keyOf(row)}
                {...role('row')}
                className={clsx(
                  'border-b last:border-b-0 hover:bg-hover',
                  stacks &&
                    '@max-[62rem]:grid @max-[62rem]:grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] @max-[62rem]:gap-x-3 @max-[62rem]:gap-y-2 @max-[62rem]:px-4 @max-[62rem]:py-3',
                )}
              >
                {columns.map((column) => (
                  <td key={column.header} {...role('cell')} className={clsx('h-9', cell(column), card(column))}>
                    {stacks && column.card !== 'unnamed' && (
                      <span aria-hidden className="hidden text-xs text-ink-2 @max-[62rem]:block">
                        {column.header}
                      </span>
                    )}
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
    </div>
  )
}
