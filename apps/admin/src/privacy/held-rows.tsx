import type { HeldRow } from '../app/contract.ts'
import { formatNumber, formatWords } from '../ui/format.ts'
import { State } from '../ui/pill.tsx'

const faces = {
  shredded: { tone: 'bad', word: 'Shredded' },
  removed: { tone: 'bad', word: 'Removed' },
  kept: { tone: 'neutral', word: 'Kept' },
} as const

/** What is held, table by table, and what would become of it. */
export function HeldRows({ rows }: { rows: readonly HeldRow[] }) {
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-left text-xs text-ink-3">
          <th scope="col" className="py-1 font-medium">
            Table
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            Rows
          </th>
          <th scope="col" className="py-1 pl-4 font-medium">
            Then
          </th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(({ rows }) => rows > 0)
          .map(({ table, rows, fate, why }) => (
            <tr key={table} className="border-t align-top">
              <th scope="row" className="py-1.5 text-left font-normal">
                {formatWords(table)}
                {why && <div className="text-xs text-ink-3">{why}</div>}
              </th>
              <td className="figures py-1.5 text-right">{formatNumber(rows)}</td>
              <td className="py-1.5 pl-4 whitespace-nowrap">
                <State tone={faces[fate].tone}>{faces[fate].word}</State>
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
