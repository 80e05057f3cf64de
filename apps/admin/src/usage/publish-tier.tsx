import { keepPreviousData } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { TierPreview, TierRow } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { Choices, Field, Input } from '../ui/field.tsx'
import { formatCents, formatCount, formatWords } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.tsx'
import { tierName } from './tiers.ts'
import { formatUsage } from './usage-meter.tsx'

const figures = [
  { name: 'monthlyPriceCents', label: 'A month, in $', unit: 100 },
  { name: 'callCapSeconds', label: 'Minutes included', unit: 60 },
  { name: 'smsCapSegments', label: 'Messages included', unit: 1 },
  { name: 'callGraceSeconds', label: 'Grace, in minutes', unit: 60 },
  { name: 'smsGraceSegments', label: 'Grace, in messages', unit: 1 },
  { name: 'callRolloverSeconds', label: 'Minutes that roll over', unit: 60 },
  { name: 'smsRolloverSegments', label: 'Messages that roll over', unit: 1 },
] as const
type Figure = (typeof figures)[number]['name']
type Terms = Record<Figure, number>

/** The terms as they were typed; undefined where one cannot be read. */
function readTerms(typed: Record<Figure, string>): Terms | undefined {
  const terms = {} as Terms
  for (const { name, unit } of figures) {
    const text = typed[name].trim().replace(',', '.')
    if (!/^\d{1,8}(?:\.\d{1,2})?$/.test(text)) return undefined
    const amount = Math.round(Number(text) * unit)
    if (unit === 1 && !Number.isInteger(Number(text))) return undefined
    terms[name] = amount
  }
  return terms
}

/** New terms for a tier, with who would feel them, before they are published. */
export function PublishTier({ present, onClose }: { present: TierRow; onClose: () => void }) {
  const utils = rpc.useUtils()
  const name = tierName(present.tier)
  const [typed, setTyped] = useState(
    () =>
      Object.fromEntries(figures.map(({ name, unit }) => [name, String(present[name] / unit)])) as Record<
        Figure,
        string
      >,
  )
  const [appliesTo, setAppliesTo] = useState<'next_period' | 'now'>('next_period')
  const terms = readTerms(typed)
  const asked = useDeferredValue(terms && JSON.stringify(terms))
  const preview = rpc.usage.tiers.preview.useQuery(
    { tier: present.tier, terms: asked === undefined ? present : (JSON.parse(asked) as Terms) },
    { enabled: asked !== undefined, placeholderData: keepPreviousData },
  )
  const isSame = terms !== undefined && figures.every(({ name }) => terms[name] === present[name])
  const publish = rpc.usage.tiers.publish.useMutation({
    onSuccess: async ({ version }) => {
      onClose()
      toast.success(`${name} has a version ${version}`)
      await utils.usage.invalidate()
    },
    onError: () => utils.usage.tiers.invalidate(),
  })
  const who = preview.data ? ` for ${formatCount(preview.data.customers, 'customer')}` : ''
  return (
    <ActDialog
      title={`New version of ${name}`}
      description="Version by version: those that were published stay as they are. The price counts from the next invoice of each customer."
      act={`Publish version ${present.version + 1}${who}`}
      wide
      refused={
        terms === undefined
          ? 'One of the figures cannot be read.'
          : isSame
            ? 'These are the terms it has.'
            : preview.data
              ? undefined
              : 'Wait for the preview.'
      }
      busy={publish.isPending}
      error={publish.error}
      onClose={onClose}
      onSubmit={() =>
        terms &&
        preview.data &&
        publish.mutate({ tier: present.tier, terms, followsVersion: preview.data.version, appliesTo })
      }
    >
      <div className="grid grid-cols-2 gap-x-3 gap-y-3 sm:grid-cols-4">
        {figures.map((figure) => (
          <Field key={figure.name} label={figure.label}>
            {(described) => (
              <Input
                {...described}
                inputMode="decimal"
                autoComplete="off"
                value={typed[figure.name]}
                onChange={(event) => setTyped({ ...typed, [figure.name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <Choices
        label="Its customers get the caps"
        name="applies"
        value={appliesTo}
        onChange={setAppliesTo}
        choices={[
          { value: 'next_period', label: 'When their next period begins', hint: 'Nobody’s present period changes.' },
          { value: 'now', label: 'At once', hint: 'Levels that this passes or leaves are told now.' },
        ]}
      />
      <Loaded query={preview} what="The preview" skeleton={<Skeleton className="h-24 rounded-md" />}>
        {(felt) => <Felt felt={felt} appliesTo={appliesTo} />}
      </Loaded>
    </ActDialog>
  )
}

const levels = (counts: TierPreview['crosses']) =>
  [
    counts.warning > 0 && `${counts.warning} the 80 %`,
    counts.limit > 0 && `${counts.limit} the 100 %`,
    counts.stop > 0 && `${counts.stop} the stop`,
  ]
    .filter((part) => part !== false)
    .join(', ')

const levelName = (text: string) =>
  text
    .split(':')
    .map((part) =>
      part === 'call_seconds' ? 'minutes' : part === 'sms_segments' ? 'messages' : formatWords(part).toLowerCase(),
    )
    .join(' ')

function Felt({ felt, appliesTo }: { felt: TierPreview; appliesTo: 'next_period' | 'now' }) {
  const { customers, priceChangeCents, affected } = felt
  const crosses = levels(felt.crosses)
  const recovers = levels(felt.recovers)
  return (
    <section aria-label="Who feels it" className="grid gap-2" aria-live="polite">
      <Note>
        <span className="figures">
          {formatCount(customers, 'customer')} {customers === 1 ? 'has' : 'have'} this tier
          {priceChangeCents === 0
            ? '; the price stays.'
            : `; each pays ${formatCents(Math.abs(priceChangeCents))} ${priceChangeCents > 0 ? 'more' : 'less'} a month.`}
        </span>
      </Note>
      {appliesTo === 'now' && crosses && <Note tone="warn">At once these levels are passed: {crosses}.</Note>}
      {appliesTo === 'now' && recovers && <Note tone="ok">At once these levels are left: {recovers}.</Note>}
      {affected.length > 0 && (
        <div className="rounded-md border border-t-0">
          <PlainTable
            label="Customers whose levels change"
            rows={affected}
            keyOf={({ customerId }) => customerId}
            columns={[
              {
                header: 'Customer',
                cell: (row) => (
                  <Link
                    to="/customers/$customerId"
                    params={{ customerId: row.customerId }}
                    className="text-accent-ink hover:underline"
                  >
                    {row.businessName}
                  </Link>
                ),
              },
              {
                header: 'Used',
                align: 'right',
                cell: (row) => `${formatUsage('calls', row.usedSeconds)}, ${formatUsage('sms', row.usedSegments)}`,
              },
              { header: 'Passes', cell: (row) => row.crosses.map(levelName).join(', ') || '—' },
              { header: 'Leaves', cell: (row) => row.recovers.map(levelName).join(', ') || '—' },
            ]}
          />
        </div>
      )}
    </section>
  )
}
