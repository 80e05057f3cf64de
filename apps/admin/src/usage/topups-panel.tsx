import { PackagePlus, Plus } from 'lucide-react'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { TopupRow } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Choices, Field, Input } from '../ui/field.tsx'
import { formatCents } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { State } from '../ui/pill.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.tsx'
import { formatUsage } from './usage-meter.tsx'
import { kindOf } from './words.ts'

/** What may be bought on top, and what no longer may: prices change, what a key buys does not. */
export function TopupsPanel({ refusal }: { refusal: string | undefined }) {
  const query = rpc.usage.topups.list.useQuery()
  const [edited, setEdited] = useState<TopupRow | 'new'>()
  return (
    <Panel
      title="Top-ups"
      flush
      actions={
        <Button size="small" refused={refusal} onClick={() => setEdited('new')}>
          <Plus aria-hidden className="size-3.5" />
          New top-up…
        </Button>
      }
    >
      <Loaded query={query} what="The top-ups" skeleton={<Skeleton className="h-28 rounded-lg" />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={<PackagePlus />} title="Nothing is sold on top">
              Owners whose minutes are used up can only change their tier.
            </Empty>
          ) : (
            <PlainTable
              label="Top-ups"
              rows={items}
              keyOf={({ key }) => key}
              columns={[
                { header: 'Key', cell: ({ key }) => key },
                {
                  header: 'Buys',
                  align: 'right',
                  cell: ({ meter, quantity }) => formatUsage(kindOf(meter), quantity),
                },
                { header: 'Price', align: 'right', cell: ({ priceCents }) => formatCents(priceCents) },
                {
                  header: 'Lasts',
                  align: 'right',
                  cell: ({ lastsDays }) => (lastsDays === null ? 'For good' : `${lastsDays} days`),
                },
                {
                  header: 'Sold',
                  cell: ({ isOnSale }) => (
                    <State tone={isOnSale ? 'ok' : 'neutral'}>{isOnSale ? 'On sale' : 'Off sale'}</State>
                  ),
                },
                {
                  header: 'Change',
                  align: 'right',
                  cell: (row) => (
                    <Button
                      size="small"
                      refused={refusal}
                      aria-label={`Change ${row.key}`}
                      onClick={() => setEdited(row)}
                    >
                      Change…
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {edited && !refusal && (
        <EditTopup
          key={edited === 'new' ? 'new' : edited.key}
          present={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Panel>
  )
}

const unitOf = { call_seconds: 60, sms_segments: 1 } as const
const whole = (text: string) => (/^\d{1,7}$/.test(text.trim()) ? Number(text) : undefined)

function EditTopup({ present, onClose }: { present: TopupRow | undefined; onClose: () => void }) {
  const utils = rpc.useUtils()
  const [key, setKey] = useState(present?.key ?? '')
  const [meter, setMeter] = useState<TopupRow['meter']>(present?.meter ?? 'call_seconds')
  const [units, setUnits] = useState(present ? String(present.quantity / unitOf[present.meter]) : '')
  const [price, setPrice] = useState(present ? String(present.priceCents / 100) : '')
  const [days, setDays] = useState(present ? String(present.lastsDays ?? '') : '365')
  const [sold, setSold] = useState<'on' | 'off'>(present?.isOnSale === false ? 'off' : 'on')
  const [reason, setReason] = useState('')
  const set = rpc.usage.topups.set.useMutation({
    onSuccess: async (topup) => {
      onClose()
      toast.success(`${topup.key} is ${topup.isOnSale ? `sold for ${formatCents(topup.priceCents)}` : 'off sale'}`)
      await Promise.all([utils.usage.invalidate(), utils.billing.invalidate()])
    },
    onError: () => utils.usage.topups.invalidate(),
  })
  const quantity = whole(units)
  const priceCents = /^\d{1,6}(?:[.,]\d{1,2})?$/.test(price.trim())
    ? Math.round(Number(price.trim().replace(',', '.')) * 100)
    : undefined
  const lastsDays = days.trim() === '' ? null : whole(days)
  const isReadable = key.trim() !== '' && quantity !== undefined && priceCents !== undefined && lastsDays !== undefined
  const name = key.trim() || 'the top-up'
  return (
    <ActDialog
      title={present ? `Change ${present.key}` : 'New top-up'}
      description="What a key buys never changes: somebody may be paying for it just now. The price counts from the next checkout."
      act={
        sold === 'off'
          ? `Take ${name} off sale`
          : priceCents === undefined
            ? `Sell ${name}`
            : `Sell ${name} for ${formatCents(priceCents)}`
      }
      refused={isReadable ? undefined : 'Say its key, what it buys and its price.'}
      busy={set.isPending}
      error={set.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() =>
        quantity !== undefined &&
        priceCents !== undefined &&
        lastsDays !== undefined &&
        set.mutate({
          key: key.trim(),
          meter,
          quantity: quantity * unitOf[meter],
          priceCents,
          lastsDays,
          isOnSale: sold === 'on',
          reason,
        })
      }
    >
      {!present && (
        <>
          <Field label="Key" hint="As Stripe’s metadata names it: call_1500">
            {(described) => (
              <Input {...described} autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
            )}
          </Field>
          <Choices
            label="It buys"
            name="meter"
            value={meter}
            onChange={setMeter}
            choices={[
              { value: 'call_seconds', label: 'Minutes', hint: 'Beyond what the tier includes.' },
              { value: 'sms_segments', label: 'Messages', hint: 'In segments, as they are counted.' },
            ]}
          />
          <div className="grid grid-cols-2 gap-3">
            <Field label={meter === 'call_seconds' ? 'How many minutes' : 'How many messages'}>
              {(described) => (
                <Input
                  {...described}
                  inputMode="numeric"
                  autoComplete="off"
                  value={units}
                  onChange={(event) => setUnits(event.target.value)}
                />
              )}
            </Field>
            <Field label="Good for, in days" hint="Empty: for good">
              {(described) => (
                <Input
                  {...described}
                  inputMode="numeric"
                  autoComplete="off"
                  value={days}
                  onChange={(event) => setDays(event.target.value)}
                />
              )}
            </Field>
          </div>
        </>
      )}
      <Field label="Price, in $">
        {(described) => (
          <Input
            {...described}
            inputMode="decimal"
            autoComplete="off"
            value={price}
            onChange={(event) => setPrice(event.target.value)}
          />
        )}
      </Field>
      <Choices
        label="Sold"
        name="sold"
        value={sold}
        onChange={setSold}
        choices={[
          { value: 'on', label: 'On sale', hint: 'Owners see it and may buy it.' },
          { value: 'off', label: 'Off sale', hint: 'What was bought stays.' },
        ]}
      />
    </ActDialog>
  )
}
