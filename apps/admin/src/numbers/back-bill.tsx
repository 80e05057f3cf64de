import { Link } from '@tanstack/react-router'
import type { BackBill as Found } from '../app/contract.ts'
import { formatAmount } from '../reconciliation/words.tsx'
import { formatCount, formatNumber, formatPercent } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { periodName } from '../usage/period.ts'
import { closedPeriodWords, formatMoney, formatMove, formatMoves } from '../webhooks/replay-words.tsx'

type Row = Found['money'][number]
type Standing = Found['standings'][number]

/** Whether the match would bring nothing of what waits to anybody. */
export const isFruitless = ({ refused, waiting }: Found): boolean => refused > 0 && refused === waiting

/** What the match would book, found out by doing it and taking it back. */
export function BackBill({ found }: { found: Found }) {
  const { customer, calls, messages, waiting, tried, closedPeriods, money, standings, refused, problems } = found
  const moves = formatMoves(found)
  const isOthers = money.some((row) => row.customer.id !== customer.id)
  const subjects = [calls > 0 && formatCount(calls, 'call'), messages > 0 && formatCount(messages, 'text')]
    .filter((part) => part !== false)
    .join(' and ')
  return (
    <div className="grid gap-2">
      {!isFruitless(found) && (
        <Note tone={moves === '' ? 'ok' : 'warn'}>
          <span className="figures">
            {moves === '' ? 'Nothing to bill: the usage does not move.' : `${moves} for ${customer.businessName}.`}
            {subjects && ` ${subjects} ${calls + messages === 1 ? 'becomes' : 'become'} the customer’s.`}
            {closedPeriods > 0 && ` ${closedPeriodWords(closedPeriods)}`}
          </span>
        </Note>
      )}
      {standings.map((standing) => (
        <Passed key={standing.unit} standing={standing} />
      ))}
      {tried < waiting && (
        <Note tone="warn">
          The figures are of the first {formatNumber(tried)} of {formatCount(waiting, 'webhook')}. All are replayed.
        </Note>
      )}
      {refused > 0 && (
        <Note tone={isFruitless(found) ? 'bad' : 'warn'}>
          <p className="figures">
            {isFruitless(found)
              ? waiting === 1
                ? 'The webhook that waits cannot be replayed: it counts for nobody.'
                : `None of the ${formatCount(waiting, 'webhook')} that wait can be replayed: they count for nobody.`
              : `${formatNumber(refused)} of ${formatCount(tried, 'webhook')} cannot be replayed and ${refused === 1 ? 'counts' : 'count'} for nobody:`}
          </p>
          <ul className="mt-1 grid list-disc gap-1 pl-4">
            {problems.map(({ problem, webhooks, webhookId }) => (
              <li key={problem} className="break-words">
                <Link to="/webhooks/$webhookId" params={{ webhookId }} className="underline">
                  {formatCount(webhooks, 'webhook')}
                </Link>
                : {problem}
              </li>
            ))}
          </ul>
        </Note>
      )}
      {money.length > 0 && (
        <div className="rounded-md border border-t-0">
          <PlainTable<Row>
            label="What would be booked, by period"
            rows={money}
            keyOf={({ customer, unit, periodStart }) => `${customer.id} ${unit} ${periodStart}`}
            columns={[
              ...(isOthers ? [{ header: 'Customer', cell: ({ customer }: Row) => customer.businessName }] : []),
              {
                header: 'Period',
                cell: ({ periodStart, isClosed }) => (
                  <span className="inline-flex items-center gap-2">
                    {periodName(periodStart)}
                    {isClosed && <Pill tone="warn">Closed</Pill>}
                  </span>
                ),
              },
              { header: 'Usage', align: 'right', cell: ({ unit, quantity }) => formatMove(unit, quantity) },
              { header: 'Money', align: 'right', cell: ({ cents }) => formatMoney(cents) },
            ]}
          />
        </div>
      )}
    </div>
  )
}

/** The highest level that the open period passes. */
function Passed({ standing: { unit, before, after, base, levels } }: { standing: Standing }) {
  const level = levels.at(-1)
  if (level === undefined) return null
  return (
    <Note tone={level === 80 ? 'warn' : 'bad'}>
      <span className="figures">
        {unit === 'seconds' ? 'Calls' : 'Texts'}{' '}
        {level === 101 ? 'are stopped' : `pass ${formatPercent(level)} of the cap`}: {formatAmount(unit, before)}{' '}
        becomes {formatAmount(unit, after)} of {formatAmount(unit, base)}. An alert is raised.
      </span>
    </Note>
  )
}
