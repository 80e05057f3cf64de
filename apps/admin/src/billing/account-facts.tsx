import type { BillingAccount } from '../app/contract.ts'
import { Copyable } from '../ui/copy.tsx'
import { formatCents, formatDay, formatWords } from '../ui/format.ts'
import { Fact, Facts } from '../ui/panel.tsx'
import { tierName } from '../usage/tiers.ts'
import { AccountMark } from './words.tsx'

/** How a customer stands with its payments. */
export function AccountFacts({ account }: { account: BillingAccount }) {
  const day = (at: string) => formatDay(Date.parse(at))
  return (
    <Facts>
      <Fact label="State">
        <AccountMark state={account.state} />
      </Fact>
      <Fact label="Owes">
        <span className={account.owedCents > 0 ? 'figures font-medium text-bad-ink' : 'figures'}>
          {formatCents(account.owedCents)}
        </span>
      </Fact>
      <Fact label="Paid so far">
        <span className="figures">{formatCents(account.paidCents)}</span>
      </Fact>
      {account.pastDueSince && <Fact label="Past due since">{day(account.pastDueSince)}</Fact>}
      {account.suspendedAt && <Fact label="Suspended">{day(account.suspendedAt)}</Fact>}
      <Fact label="Stripe charges">
        {account.tier ? tierName(account.tier) : <span className="text-ink-3">No subscription</span>}
        {account.subscriptionStatus && (
          <span className="text-ink-3"> · {formatWords(account.subscriptionStatus).toLowerCase()}</span>
        )}
      </Fact>
      {account.upcoming && (
        <Fact label="Next invoice">
          <span className="figures">
            {formatCents(account.upcoming.amountCents)}
            {account.upcoming.at && ` on ${day(account.upcoming.at)}`}
          </span>
        </Fact>
      )}
      {account.cancelAt && <Fact label="Ends on">{day(account.cancelAt)}</Fact>}
      {account.stripeCustomerId && (
        <Fact label="Stripe customer">
          <Copyable text={account.stripeCustomerId} label="Copy the Stripe customer" className="font-mono text-xs">
            {account.stripeCustomerId}
          </Copyable>
        </Fact>
      )}
    </Facts>
  )
}
