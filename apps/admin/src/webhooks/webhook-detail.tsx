import { Link } from '@tanstack/react-router'
import { actorName } from '../app/actor-name.ts'
import type { WebhookDetail as Webhook } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { BytesView } from '../ui/bytes-view.tsx'
import { CopyAction, Copyable, Id } from '../ui/copy.tsx'
import { formatBytes, formatCount, formatDelay, formatWords } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Fact, Facts, Fold, Section } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { curlOf } from './detail-curl.ts'
import { Lineage } from './lineage.tsx'
import { Replay } from './replay.tsx'
import {
  providerNames,
  stateMeans,
  stateTone,
  stateWord,
  verdictText,
  verdictTone,
  WebhookStateMark,
} from './words.tsx'

/** One webhook: how it stands, why, what came of it, and its bytes. */
export function WebhookDetail({
  id,
  onClose,
  onFullPage,
}: {
  id: string
  onClose?: () => void
  onFullPage?: () => void
}) {
  const query = rpc.webhooks.find.useQuery({ id })
  return (
    <Loaded query={query} what="This webhook" skeleton={<DetailSkeleton />}>
      {(webhook) => (
        <DetailFrame
          title={webhook.eventType ?? `${providerNames[webhook.provider]} webhook, unread`}
          sub={
            <>
              <WebhookStateMark state={webhook.state} />
              <span>{providerNames[webhook.provider]}</span>
              <TimeAgo at={webhook.receivedAt} />
              <Id id={webhook.id} />
            </>
          }
          actions={<Replay webhook={webhook} />}
          onClose={onClose}
          onFullPage={onFullPage}
        >
          <Section title="Why it is so">
            <p className="mb-3 text-sm text-ink-2">{stateMeans(webhook.state)}</p>
            <History webhook={webhook} />
          </Section>
          <Section title="What came of it">
            <Lineage webhook={webhook} />
          </Section>
          <Section
            title="Facts"
            actions={hasBytes(webhook) && <CopyAction text={curlOf(webhook)}>Copy as curl</CopyAction>}
          >
            <Particulars webhook={webhook} />
          </Section>
          <Fold title="Headers" aside={formatCount(webhook.headers.length, 'header')}>
            <dl className="grid gap-1.5 font-mono text-xs">
              {webhook.headers.map(([name, value], index) => (
                // a header may stand there twice
                <div key={index} className="grid gap-x-3 sm:grid-cols-[12rem_minmax(0,1fr)]">
                  <dt className="text-ink-2">{name}</dt>
                  <dd className="break-all">{value}</dd>
                </div>
              ))}
            </dl>
          </Fold>
          <Fold title="Body" aside={formatBytes(webhook.bodyBytes)}>
            {webhook.verdict === 'too_large' ? (
              <Note tone="warn">The body was larger than is kept. Its size and hash stand above.</Note>
            ) : (
              <BytesView body={webhook.body} encoding={webhook.bodyEncoding} fileName={`${webhook.id}.bin`} />
            )}
          </Fold>
        </DetailFrame>
      )}
    </Loaded>
  )
}

/** Whether the bytes are there: too many were never kept, and what was erased is gone. */
const hasBytes = ({ verdict, body, bodyBytes }: Webhook) => verdict !== 'too_large' && (body !== '' || bodyBytes === 0)

function History({ webhook }: { webhook: Webhook }) {
  const tookSeconds =
    webhook.processedAt === null ? undefined : (Date.parse(webhook.processedAt) - Date.parse(webhook.receivedAt)) / 1000
  return (
    <Timeline>
      <Moment
        tone={verdictTone(webhook.verdict)}
        title={webhook.verdict === 'verified' ? 'Received and verified' : 'Received and refused'}
        at={<TimeAgo at={webhook.receivedAt} />}
      >
        {verdictText(webhook.verdict)}
        {webhook.secret !== null && `, by the secret named ${webhook.secret}`}. {formatBytes(webhook.bodyBytes)} from{' '}
        <span className="figures">{webhook.remoteAddress}</span>.
        {webhook.duplicates > 0 &&
          ` The provider has sent it ${formatCount(webhook.duplicates, 'more time', 'more times')}; it counts once.`}
      </Moment>
      {webhook.attemptLog.map((attempt, index) => {
        const by = actorName(attempt.by)
        const title = attempt.outcome === 'replayed' ? 'Replayed' : stateWord(attempt.outcome)
        return (
          <Moment
            // the log only grows at its end
            key={index}
            tone={attempt.outcome === 'replayed' ? 'accent' : stateTone(attempt.outcome)}
            title={
              !by.isPerson
                ? title
                : attempt.outcome === 'replayed'
                  ? `Replayed by ${by.name}`
                  : `${title}, replayed by ${by.name}`
            }
            at={<TimeAgo at={attempt.at} />}
          >
            {attempt.error ??
              (attempt.outcome === 'processed' && index === 0 && tookSeconds !== undefined
                ? `${formatDelay(tookSeconds)} after it arrived`
                : undefined)}
          </Moment>
        )
      })}
      {webhook.lastError !== null && webhook.attemptLog.length === 0 && (
        <Moment tone={stateTone(webhook.state)} title={stateWord(webhook.state)}>
          {webhook.lastError}
        </Moment>
      )}
      {webhook.state === 'received' && <Moment title="Waits for the worker" />}
      {webhook.state === 'failed' && <Moment title="Is tried again by itself" />}
    </Timeline>
  )
}

function Particulars({ webhook }: { webhook: Webhook }) {
  return (
    <Facts>
      <Fact label="Customer">
        {webhook.customer ? (
          <Link
            to="/customers/$customerId"
            params={{ customerId: webhook.customer.id }}
            className="text-accent-ink hover:underline"
          >
            {webhook.customer.businessName}
          </Link>
        ) : (
          <span className="text-ink-3">None</span>
        )}
      </Fact>
      <Fact label="Number">
        <Phone number={webhook.phoneNumber} />
      </Fact>
      <Fact label="Signature">
        <Pill tone={verdictTone(webhook.verdict)}>{formatWords(webhook.verdict)}</Pill>
      </Fact>
      <Fact label="Arrived at">
        <Copyable text={webhook.url} label="Copy the address" className="font-mono text-xs">
          {webhook.url}
        </Copyable>
      </Fact>
      <Fact label="SHA-256">
        <Copyable text={webhook.bodySha256} label="Copy the hash" className="font-mono text-xs">
          {webhook.bodySha256.slice(0, 16)}…
        </Copyable>
      </Fact>
      {webhook.duplicates > 0 && (
        <Fact label="Repeats">
          {formatCount(webhook.duplicates, 'time', 'times')}
          {webhook.lastDuplicateAt !== null && (
            <>
              , last <TimeAgo at={webhook.lastDuplicateAt} />
            </>
          )}
        </Fact>
      )}
      {webhook.revisions.length > 0 && (
        <Fact label="Said again, differently">
          <span className="flex flex-wrap gap-x-3">
            {webhook.revisions.map(({ id, receivedAt }) => (
              <Link
                key={id}
                to="/webhooks/$webhookId"
                params={{ webhookId: id }}
                className="text-accent-ink hover:underline"
              >
                <TimeAgo at={receivedAt} />
              </Link>
            ))}
          </span>
        </Fact>
      )}
      {webhook.revisionOf && (
        <Fact label="Revises">
          <Link
            to="/webhooks/$webhookId"
            params={{ webhookId: webhook.revisionOf }}
            className="font-mono text-xs text-accent-ink hover:underline"
          >
            {webhook.revisionOf}
          </Link>
        </Fact>
      )}
    </Facts>
  )
}
