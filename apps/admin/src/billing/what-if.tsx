import { useState } from 'react'
import type { WhatIf as Rated, Tier } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { Select } from '../ui/field.tsx'
import { formatCents, formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { periodName } from '../usage/period.ts'
import { tierName, tiers } from '../usage/tiers.ts'
import { formatCap, formatUsage, type MeterKind } from '../usage/usage-meter.tsx'

type Side = Rated['present']

/** A period's usage under another tier: what it would have cost, beside what it costs. */
export function WhatIf({ customer }: { customer: { id: string; tier: Tier } }) {
  const [tier, setTier] = useState<Tier>(tiers[tiers.indexOf(customer.tier) + 1] ?? 'core')
  const [period, setPeriod] = useState<'current' | 'last'>('current')
  const query = rpc.billing.whatIf.useQuery({ customerId: customer.id, tier, period })
  const isUnknown = query.error !== null && problemOf(query.error).code === 'NOT_FOUND'
  return (
    <Panel
      title="What if"
      flush
      actions={
        <span className="flex gap-2">
          <Select
            aria-label="Period"
            className="w-28"
            value={period}
            onChange={(event) => setPeriod(event.target.value as typeof period)}
          >
            <option value="current">This period</option>
            <option value="last">Last period</option>
          </Select>
          <Select
            aria-label="Compared with"
            className="w-20"
            value={tier}
            onChange={(event) => setTier(event.target.value as Tier)}
          >
            {tiers.map((value) => (
              <option key={value} value={value}>
                {tierName(value)}
              </option>
            ))}
          </Select>
        </span>
      }
    >
      {isUnknown ? (
        <p className="border-t px-4 py-3 text-sm text-ink-2">No period of this customer is over yet.</p>
      ) : (
        <Loaded query={query} what="The comparison" skeleton={<Skeleton className="m-4 h-36 rounded-md" />}>
          {(rated) => <Shown rated={rated} />}
        </Loaded>
      )}
    </Panel>
  )
}

function Shown({ rated }: { rated: Rated }) {
  const { present, other, differenceCents } = rated
  const meter = (kind: MeterKind, side: Side) => side[kind]
  const rows: { name: string; of: (side: Side) => string }[] = [
    { name: 'Fee', of: (side) => formatCents(side.feeCents) },
    { name: 'Minutes included', of: (side) => formatCap('calls', meter('calls', side).cap) },
    { name: 'Minutes beyond', of: (side) => beyond('calls', side) },
    { name: 'Messages included', of: (side) => formatCap('sms', meter('sms', side).cap) },
    { name: 'Messages beyond', of: (side) => beyond('sms', side) },
    { name: 'Together', of: (side) => formatCents(side.totalCents) },
  ]
  const name = (side: Side) =>
    side === present ? `${tierName(present.tier)}, as it is` : `${tierName(other.tier)} instead`
  return (
    <>
      <PlainTable
        label="Both tiers"
        rows={rows}
        keyOf={(row) => row.name}
        columns={[
          { header: 'Of the period', cell: (row) => <span className="text-ink-2">{row.name}</span> },
          { header: name(present), align: 'right', cell: (row) => row.of(present) },
          { header: name(other), align: 'right', cell: (row) => row.of(other) },
        ]}
      />
      <p className="figures border-t px-4 py-2.5 text-sm">
        <strong className="font-medium">
          {differenceCents === 0
            ? 'The same'
            : `${formatCents(Math.abs(differenceCents))} ${differenceCents > 0 ? 'more' : 'less'}`}
        </strong>{' '}
        <span className="text-ink-2">
          for {formatUsage('calls', present.calls.used)} and {formatUsage('sms', present.sms.used)} in{' '}
          {periodName(rated.periodStart)}.
        </span>
      </p>
    </>
  )
}

function beyond(kind: MeterKind, side: Side): string {
  const { beyond, overageCents, topupCents, topups, isCovered } = side[kind]
  if (beyond === 0) return 'None'
  const bought = Object.values(topups).reduce((sum, count) => sum + count, 0)
  const cost = overageCents + topupCents
  return `${formatUsage(kind, beyond)}, ${formatCents(cost)}${bought > 0 ? ` in ${formatNumber(bought)} top-up${bought === 1 ? '' : 's'}` : ''}${isCovered ? '' : ', not covered'}`
}
