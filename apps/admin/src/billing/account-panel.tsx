import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { DetailFrame } from '../app/detail-frame.tsx'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { Section } from '../ui/panel.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { AccountFacts } from './account-facts.tsx'
import { Invoices } from './invoices.tsx'
import { AccountMark } from './words.tsx'

/** One account beside the list of all; its whole billing is the customer's. */
export function AccountPanel({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const navigate = useNavigate()
  const query = rpc.billing.overview.useQuery({ customerId })
  const whole = () =>
    void navigate({ to: '/customers/$customerId', params: { customerId }, search: { tab: 'billing' } })
  return (
    <Loaded query={query} what="This account" skeleton={<DetailSkeleton />}>
      {(account) => (
        <DetailFrame
          title={account.businessName}
          sub={
            <>
              <AccountMark state={account.state} />
              <Id id={customerId} />
            </>
          }
          onClose={onClose}
          onFullPage={whole}
        >
          <Section title="Account">
            <AccountFacts account={account} />
            <Button asChild className="mt-4">
              <Link to="/customers/$customerId" params={{ customerId }} search={{ tab: 'billing' }}>
                Lines, what-if and payments
                <ArrowRight aria-hidden className="size-3.5" />
              </Link>
            </Button>
          </Section>
          <div className="px-4 pb-4 sm:px-5">
            <Invoices customerId={customerId} />
          </div>
        </DetailFrame>
      )}
    </Loaded>
  )
}
