import { Link } from '@tanstack/react-router'
import { ArrowRight, CircleCheck } from 'lucide-react'
import { SeverityPill } from '../alerts/severity.tsx'
import type { Overview } from '../app/contract.ts'
import { Button } from '../ui/button.tsx'
import { formatCount, formatDelay } from '../ui/format.ts'

type Item = Overview['sentence']['items'][number]

/** Is anything wrong? In words: that all is quiet, or what is not, the worst first. */
export function Sentence({ overview }: { overview: Overview }) {
  const { sentence, calls, inbox } = overview
  if (sentence.state === 'quiet')
    return (
      <section aria-label="How things are" className="flex items-start gap-3 py-1">
        <CircleCheck aria-hidden className="mt-0.5 size-6 shrink-0 text-ok-mark" />
        <p className="figures text-xl font-semibold tracking-tight">
          All quiet.{' '}
          <span className="font-normal text-ink-2">
            {formatCount(calls.today, 'call')} metered today,{' '}
            {inbox.waiting === 0
              ? 'the inbox is empty'
              : `the inbox is ${formatDelay(inbox.oldestWaitingSeconds)} behind`}
            .
          </span>
        </p>
      </section>
    )
  return (
    <section aria-label="How things are" className="rounded-lg border bg-surface">
      <h2 className="px-4 pt-3 pb-2 text-lg font-semibold">
        {formatCount(sentence.items.length, 'thing needs', 'things need')} a look
      </h2>
      <ul>
        {sentence.items.map((item) => (
          <li
            key={`${item.link.to} ${item.text}`}
            className="grid grid-cols-[4rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1.5 border-t px-4 py-2 sm:grid-cols-[4.5rem_minmax(0,1fr)_auto]"
          >
            <span>
              <SeverityPill severity={item.severity} />
            </span>
            <span className="text-sm">{item.text}</span>
            <span className="max-sm:col-start-2">
              <Go item={item} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Go({ item: { link, text } }: { item: Item }) {
  const arrow = <ArrowRight aria-hidden className="size-3.5" />
  if (link.to === 'alerts')
    return (
      <Button asChild size="small">
        {link.id ? (
          <Link to="/alerts/$alertId" params={{ alertId: link.id }}>
            Open the alert {arrow}
          </Link>
        ) : (
          <Link to="/alerts">See the alerts {arrow}</Link>
        )}
      </Button>
    )
  if (link.to === 'webhooks')
    return (
      <Button asChild size="small">
        {link.id ? (
          <Link to="/webhooks/$webhookId" params={{ webhookId: link.id }}>
            Open the webhook {arrow}
          </Link>
        ) : (
          <Link
            to="/webhooks"
            search={{ state: /\bdead\b/.test(text) ? 'dead' : /\bfail/.test(text) ? 'failed' : undefined }}
          >
            See the webhooks {arrow}
          </Link>
        )}
      </Button>
    )
  if (link.to === 'customers')
    return (
      <Button asChild size="small">
        {link.id ? (
          <Link to="/customers/$customerId" params={{ customerId: link.id }}>
            Open the customer {arrow}
          </Link>
        ) : (
          <Link to="/customers">See the customers {arrow}</Link>
        )}
      </Button>
    )
  return (
    <Button asChild size="small">
      <Link to="/unknown-numbers">See the numbers {arrow}</Link>
    </Button>
  )
}
