import { useMemo, useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { Tier, TierChangePreview } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { newRequestKey } from '../app/request-key.ts'
import { rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Choices, Field, Select } from '../ui/field.tsx'
import { formatCents, formatPercent } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Fact, Facts } from '../ui/panel.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.tsx'
import { periodName } from './period.ts'
import { tierName, tiers } from './tiers.ts'
import { formatCap } from './usage-meter.tsx'

/** Another tier, now or when the period ends; what it means stands there before it is done. */
export function ChangeTier({
  customer,
  onClose,
}: {
  customer: { id: string; businessName: string; tier: Tier }
  onClose: () => void
}) {
  const utils = rpc.useUtils()
  const requestKey = useMemo(newRequestKey, [])
  const waiting = rpc.usage.status.useQuery({ customerId: customer.id }).data?.waitingTierChange
  const [tier, setTier] = useState<Tier>(tiers[tiers.indexOf(customer.tier) + 1] ?? 'core')
  const [chosen, setWhen] = useState<'now' | 'period_end'>()
  const when = chosen ?? (tiers.indexOf(tier) > tiers.indexOf(customer.tier) ? 'now' : 'period_end')
  const [reason, setReason] = useState('')
  const preview = rpc.usage.tierChanges.preview.useQuery({ customerId: customer.id, tier, when })
  const told = async (text: string) => {
    onClose()
    toast.success(text)
    await Promise.all([utils.usage.invalidate(), utils.customers.invalidate()])
  }
  const change = rpc.usage.tierChanges.create.useMutation({
    onSuccess: ({ state, dueAt }) =>
      told(
        state === 'pending'
          ? `${customer.businessName} becomes ${tierName(tier)} on 1 ${periodName(dueAt)}`
          : `${customer.businessName} has ${tierName(tier)}`,
      ),
  })
  const cancel = rpc.usage.tierChanges.cancel.useMutation({ onSuccess: () => told('The change is taken back') })
  return (
    <ActDialog
      title={`Change the tier of ${customer.businessName}`}
      act={when === 'now' ? `Change to ${tierName(tier)} now` : `Change to ${tierName(tier)} at the period’s end`}
      wide
      refused={tier === customer.tier && !waiting ? 'This is the tier it has.' : undefined}
      busy={change.isPending}
      error={change.error ?? cancel.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => change.mutate({ customerId: customer.id, tier, when, reason, requestKey })}
    >
      {(withReason) => (
        <>
          {waiting && (
            <Note>
              <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <span className="min-w-0 flex-1">
                  {tierName(waiting.tier)} waits for 1 {periodName(waiting.dueAt)}.
                </span>
                <Button
                  size="small"
                  busy={cancel.isPending}
                  onClick={() => withReason(() => cancel.mutate({ customerId: customer.id, reason }))}
                >
                  Take it back
                </Button>
              </span>
            </Note>
          )}
          <Field label="Tier">
            {(described) => (
              <Select
                {...described}
                value={tier}
                onChange={(event) => {
                  setTier(event.target.value as Tier)
                  setWhen(undefined)
                }}
              >
                {tiers.map((value) => (
                  <option key={value} value={value}>
                    {tierName(value)}
                    {value === customer.tier ? ' (has it now)' : ''}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Choices
            label="When"
            name="when"
            value={when}
            onChange={setWhen}
            choices={[
              { value: 'now', label: 'Now', hint: 'The difference is charged or given back by the second.' },
              {
                value: 'period_end',
                label: 'When the period ends',
                hint: 'Nothing is charged before; it can be taken back until then.',
              },
            ]}
          />
          <Loaded query={preview} what="The preview" skeleton={<Skeleton className="h-36 rounded-md" />}>
            {(shown) => <Preview shown={shown} isNow={when === 'now'} />}
          </Loaded>
        </>
      )}
    </ActDialog>
  )
}

const levelName = (level: number): string => (level > 100 ? 'the stop' : formatPercent(level))

function Preview({ shown, isNow }: { shown: TierChangePreview; isNow: boolean }) {
  const { from, to, netCents, creditCents, chargeCents } = shown
  const levels = (felt: TierChangePreview['crosses']) =>
    felt
      .map(({ meter, level }) => `${levelName(level)} of the ${meter === 'call_seconds' ? 'minutes' : 'messages'}`)
      .join(', ')
  return (
    <section aria-label="What it means" className="grid gap-2 rounded-md bg-sunken px-3 py-2.5">
      <Facts>
        <Fact label="Price a month">
          <span className="figures">
            {formatCents(from.monthlyPriceCents)} → {formatCents(to.monthlyPriceCents)}
          </span>
        </Fact>
        <Fact label="Minutes">
          <span className="figures">
            {formatCap('calls', from.callCapSeconds)} → {formatCap('calls', to.callCapSeconds)}
          </span>
        </Fact>
        <Fact label="Messages">
          <span className="figures">
            {formatCap('sms', from.smsCapSegments)} → {formatCap('sms', to.smsCapSegments)}
          </span>
        </Fact>
        <Fact label="Takes hold">{isNow ? 'At once' : `1 ${periodName(shown.dueAt)}`}</Fact>
        <Fact label="Proration">
          <span className="figures">
            {creditCents === 0 && chargeCents === 0
              ? 'None'
              : `${formatCents(chargeCents)} for the rest of the period, less ${formatCents(creditCents)} already paid: ${formatCents(netCents)}`}
          </span>
        </Fact>
      </Facts>
      {shown.crosses.length > 0 && <Note tone="warn">It passes {levels(shown.crosses)} at once.</Note>}
      {shown.recovers.length > 0 && <Note tone="ok">It leaves {levels(shown.recovers)} behind.</Note>}
    </section>
  )
}
