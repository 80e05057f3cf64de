import { Link } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Building2, ChevronLeft, ChevronRight, Webhook } from 'lucide-react'
import { useState } from 'react'
import { actorName } from '../app/actor-name.ts'
import type { ErrorDetail } from '../app/contract.ts'
import { IconButton } from '../ui/button.tsx'
import { BytesView } from '../ui/bytes-view.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'

type Sample = ErrorDetail['samples'][number]

export const chip =
  'inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2 py-0.5 text-sm hover:border-accent hover:bg-accent-soft [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-ink-3'

/** The occurrences that were kept, one at a time, the latest first. */
export function Occurrences({ samples }: { samples: Sample[] }) {
  const [at, setAt] = useState(0)
  const shown = samples[Math.min(at, samples.length - 1)]
  if (!shown)
    return (
      <Section title="Occurrences">
        <p className="text-sm text-ink-2">None was kept. The counts stand.</p>
      </Section>
    )
  const place = samples.indexOf(shown)
  return (
    <>
      <Section
        title="Occurrence"
        actions={
          <span className="flex items-center gap-1 text-xs text-ink-2">
            <span className="figures">
              {place + 1} of {samples.length} kept
            </span>
            <IconButton
              label="Later occurrence"
              size="icon-small"
              disabled={place === 0}
              onClick={() => setAt(place - 1)}
            >
              <ChevronLeft aria-hidden className="size-3.5" />
            </IconButton>
            <IconButton
              label="Earlier occurrence"
              size="icon-small"
              disabled={place === samples.length - 1}
              onClick={() => setAt(place + 1)}
            >
              <ChevronRight aria-hidden className="size-3.5" />
            </IconButton>
          </span>
        }
      >
        <p className="mb-3 text-sm break-words whitespace-pre-wrap">{shown.message || 'It said nothing.'}</p>
        <Links sample={shown} />
        <Facts>
          <Fact label="When">
            <TimeAgo at={shown.at} />
          </Fact>
          <Fact label="Where">
            <span className="font-mono text-xs break-all">{shown.place}</span>
          </Fact>
          {shown.requestId && (
            <Fact label="Request">
              <Copyable text={shown.requestId} label="Copy the request id" className="font-mono text-xs">
                {shown.requestId}
              </Copyable>
            </Fact>
          )}
          {shown.actor && <Fact label="By">{actorName(shown.actor).name}</Fact>}
          {shown.release && (
            <Fact label="Release">
              <span className="font-mono text-xs">{shown.release}</span>
            </Fact>
          )}
          {shown.userAgent && <Fact label="Browser">{shown.userAgent}</Fact>}
        </Facts>
      </Section>
      <Section title="Stack">
        <Stack stack={shown.stack} />
      </Section>
      {shown.input && (
        <Section title="What was asked">
          <BytesView body={shown.input} encoding="utf8" fileName={`${shown.id}.json`} />
        </Section>
      )}
    </>
  )
}

/** To the webhook and the customer of an occurrence. */
function Links({ sample }: { sample: Sample }) {
  if (!sample.webhookId && !sample.customer) return null
  return (
    <div className="mb-3 flex flex-wrap gap-1.5">
      {sample.webhookId && (
        <Link className={chip} to="/webhooks/$webhookId" params={{ webhookId: sample.webhookId }}>
          <Webhook aria-hidden />
          Webhook <Id id={sample.webhookId} />
        </Link>
      )}
      {sample.customer && (
        <Link className={chip} to="/customers/$customerId" params={{ customerId: sample.customer.id }}>
          <Building2 aria-hidden />
          <span className="truncate">{sample.customer.businessName}</span>
        </Link>
      )}
    </div>
  )
}

function Stack({ stack }: { stack: Sample['stack'] }) {
  if (stack.length === 0) return <p className="text-sm text-ink-2">It came without one.</p>
  return (
    <ol
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Stack, innermost first"
      className="scroll-thin max-h-80 overflow-auto rounded-md border bg-sunken py-2 font-mono text-xs/5 focus-visible:outline-offset-[-2px]"
    >
      {stack.map(({ text, isOurs }, index) => (
        <li
          // a stack does not change
          key={index}
          className={clsx('px-3 whitespace-pre', isOurs ? 'font-semibold text-ink' : 'text-ink-2')}
        >
          {text}
        </li>
      ))}
    </ol>
  )
}
