import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { BillingAccount, Tier } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Choices } from '../ui/field.tsx'
import { formatCents } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { tierName } from '../usage/tiers.ts'
import { formatCap } from '../usage/usage-meter.tsx'
import { kindOf } from '../usage/words.ts'

type Asked = { customer: { id?: string }; onClose: () => void }

/** Minutes or texts that are paid for on top; credited when Stripe says that they are paid, once. */
export function TopUp({ customer, onClose }: Asked) {
  const account = rpc.billing.overview.useQuery({ customerId: customer.id })
  const [topup, setTopup] = useState<string>()
  const checkout = rpc.billing.checkout.useMutation()
  if (checkout.data) return <Answer id={checkout.data.id} title="Top up" onClose={onClose} />
  const chosen = account.data?.topups.find(({ key }) => key === topup)
  return (
    <ActDialog
      title="Top up"
      description="Stripe takes the payment on a page of its own. The credit is there as soon as Stripe says that it is paid."
      act={chosen ? `Make the payment page for ${formatCents(chosen.priceCents)}` : 'Make the payment page'}
      refused={whyNot(account.data, topup ? undefined : 'Choose what to buy.')}
      busy={checkout.isPending}
      error={checkout.error}
      onClose={onClose}
      onSubmit={() => checkout.mutate({ customerId: customer.id, topup })}
    >
      <Loaded query={account} what="What is on sale" skeleton={<Skeleton className="h-40 rounded-md" />}>
        {({ topups, canPay }) => (
          <>
            {!canPay && <NotSetUp />}
            <Choices
              label="What"
              name="topup"
              value={topup}
              onChange={setTopup}
              choices={topups.map((offer) => ({
                value: offer.key,
                label: formatCap(kindOf(offer.meter), offer.quantity),
                hint: `${formatCents(offer.priceCents)}, ${offer.lastsDays === null ? 'stays until it is used' : `lasts ${offer.lastsDays} days`}`,
              }))}
            />
          </>
        )}
      </Loaded>
    </ActDialog>
  )
}

/** The subscription at Stripe: begins, or goes over to another tier. */
export function Subscribe({ customer, onClose }: Asked) {
  const account = rpc.billing.overview.useQuery({ customerId: customer.id })
  const [tier, setTier] = useState<Tier>()
  const checkout = rpc.billing.checkout.useMutation()
  if (checkout.data) return <Answer id={checkout.data.id} title="Subscription" onClose={onClose} />
  const runs = account.data?.stripeSubscriptionId != null && account.data.state !== 'canceled'
  return (
    <ActDialog
      title={runs ? 'Change the subscription' : 'Begin a subscription'}
      description="What Stripe charges each month. What is served follows what Stripe says."
      act={tier ? `Ask Stripe for ${tierName(tier)}` : 'Ask Stripe'}
      refused={whyNot(account.data, tier ? undefined : 'Choose a tier.')}
      busy={checkout.isPending}
      error={checkout.error}
      onClose={onClose}
      onSubmit={() => checkout.mutate({ customerId: customer.id, tier })}
    >
      <Loaded query={account} what="The tiers" skeleton={<Skeleton className="h-40 rounded-md" />}>
        {({ tiers, canPay, tier: paid }) => (
          <>
            {!canPay && <NotSetUp />}
            <Choices
              label="Tier"
              name="subscription"
              value={tier}
              onChange={setTier}
              choices={tiers.map((offer) => ({
                value: offer.tier,
                label: `${tierName(offer.tier)}${runs && offer.tier === paid ? ', the present one' : ''}`,
                hint: `${formatCents(offer.monthlyPriceCents)} a month, ${formatCap('calls', offer.callCapSeconds)}, ${formatCap('sms', offer.smsCapSegments)}`,
              }))}
            />
          </>
        )}
      </Loaded>
    </ActDialog>
  )
}

/** A page at Stripe to change cards and see invoices. */
export function Portal({ customer, onClose }: Asked) {
  const account = rpc.billing.overview.useQuery({ customerId: customer.id })
  const portal = rpc.billing.portal.useMutation()
  if (portal.data) return <Answer id={portal.data.id} title="Payment methods" onClose={onClose} />
  return (
    <ActDialog
      title="Payment methods"
      description="Stripe has a page on which cards are changed and invoices are seen."
      act="Make that page"
      refused={whyNot(account.data)}
      busy={portal.isPending}
      error={portal.error}
      onClose={onClose}
      onSubmit={() => portal.mutate({ customerId: customer.id })}
    >
      {account.data?.canPay === false && <NotSetUp />}
    </ActDialog>
  )
}

function whyNot(account: BillingAccount | undefined, otherwise?: string): string | undefined {
  if (account?.canPay === false) return 'Payments are not set up on this server.'
  return otherwise
}

function NotSetUp() {
  return <Note tone="warn">Payments are not set up on this server: it has no Stripe key.</Note>
}

/** What comes of a request to Stripe, as it comes. */
function Answer({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const request = rpc.billing.request.useQuery(
    { id },
    { refetchInterval: ({ state }) => (state.data && state.data.state !== 'pending' ? false : 1000) },
  )
  const { data, error } = request
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <div aria-live="polite">
        {error ? (
          <Note tone="bad">{problemOf(error).message}</Note>
        ) : data?.state === 'failed' ? (
          <Note tone="bad">Stripe refused: {data.error ?? 'it did not say why'}</Note>
        ) : data?.state === 'ready' && data.url ? (
          <div className="grid gap-3">
            <p className="text-sm text-ink-2">The page is ready. It belongs to this customer alone.</p>
            <div className="flex items-center gap-1 rounded-md bg-sunken px-3 py-2">
              <span className="min-w-0 flex-1 truncate font-mono text-xs">{data.url}</span>
              <CopyButton text={data.url} label="Copy the address" />
            </div>
          </div>
        ) : data?.state === 'ready' ? (
          <Note tone="ok">Stripe has taken it over. The account follows when Stripe says so.</Note>
        ) : (
          <p className="text-sm text-ink-2">
            Asking Stripe. This goes on if you close it, and shows on the billing page.
          </p>
        )}
      </div>
      <Actions>
        <Button onClick={onClose}>Close</Button>
        {data?.state === 'ready' && data.url && (
          <Button asChild variant="primary">
            <a href={data.url} target="_blank" rel="noreferrer">
              Open the page
              <ExternalLink aria-hidden className="size-3.5" />
            </a>
          </Button>
        )}
      </Actions>
    </Dialog>
  )
}
