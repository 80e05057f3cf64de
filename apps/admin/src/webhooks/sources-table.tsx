import { clsx } from 'clsx'
import { KeyRound, Pause, Play, Send } from 'lucide-react'
import { actorName } from '../app/actor-name.ts'
import type { PausedCustomer, SourceRow } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { useAdminRefusal } from '../app/session.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { formatCount, formatDelay, formatNumber, formatPercent, formatUtc } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { StandingMark, sourceKey, sourceName } from './sources-words.tsx'

/** Words need the room first. */
const icon = 'size-3.5 @min-[62rem]:@max-[74rem]:hidden'

type Act = (act: 'pause' | 'resume' | 'secrets', row: SourceRow) => void

/** A row a source. */
export function SourcesTable({ rows, refusal, onAct }: { rows: SourceRow[]; refusal: string | undefined; onAct: Act }) {
  return (
    <PlainTable
      label="Sources"
      stacks
      rows={rows}
      keyOf={sourceKey}
      columns={[
        { header: 'Source', card: 'unnamed', cell: (row) => <Name row={row} /> },
        { header: 'State', cell: (row) => <StandingMark row={row} /> },
        { header: 'Secrets', cell: (row) => <Secrets row={row} /> },
        {
          header: 'Last seen',
          align: 'right',
          cell: ({ lastSeenAt }) =>
            lastSeenAt ? <TimeAgo at={lastSeenAt} className="text-ink-2" /> : <span className="text-ink-3">Never</span>,
        },
        { header: 'Lag', align: 'right', cell: ({ lagSeconds }) => <Lag seconds={lagSeconds} /> },
        { header: 'Waiting', align: 'right', cell: ({ waiting }) => <Zero value={waiting} /> },
        { header: 'Kept', align: 'right', cell: ({ paused }) => <Zero value={paused} /> },
        { header: 'Today', align: 'right', cell: ({ today }) => <Zero value={today.webhooks} /> },
        { header: 'Refused', align: 'right', cell: ({ today }) => <Zero value={today.refused} /> },
        {
          header: 'Errors',
          align: 'right',
          cell: ({ today: { errorRate } }) =>
            errorRate === null ? (
              <span className="text-ink-3">—</span>
            ) : (
              <span className={errorRate > 0 ? 'font-medium text-bad-ink' : 'text-ink-3'}>
                {formatPercent(errorRate * 100)}
              </span>
            ),
        },
        {
          header: 'Acts',
          align: 'right',
          card: 'unnamed',
          cell: (row) => <Acts row={row} refusal={refusal} onAct={onAct} />,
        },
      ]}
    />
  )
}

function Name({ row }: { row: SourceRow }) {
  const [address] = row.addresses
  return (
    <span className="inline-flex items-center gap-1 font-medium whitespace-normal">
      <span className="min-w-20 break-words">{sourceName(row)}</span>
      {address && <CopyButton text={address} label={`Copy the address of ${sourceName(row)}`} />}
    </span>
  )
}

/** How many are set and until when; what they are is never shown. */
function Secrets({ row }: { row: SourceRow }) {
  if (row.secrets.length === 0) return <span className="text-warn-ink">Not set</span>
  const [leaving] = row.secrets.flatMap(({ notAfter }) => notAfter ?? []).toSorted()
  return (
    <span className={clsx('inline-block py-1.5 whitespace-normal @max-[62rem]:py-0', leaving && 'min-w-28')}>
      {row.secrets.length === 1 ? 'Set' : `${formatNumber(row.secrets.length)} set`}
      {leaving && <span className="text-ink-2">, one until {formatUtc(Date.parse(leaving))}</span>}
    </span>
  )
}

function Lag({ seconds }: { seconds: number }) {
  if (seconds < 1) return <span className="text-ink-3">None</span>
  return <span className={seconds > 60 ? 'font-medium text-bad-ink' : ''}>{formatDelay(seconds)}</span>
}

function Zero({ value }: { value: number }) {
  return value === 0 ? <span className="text-ink-3">0</span> : formatNumber(value)
}

function Acts({ row, refusal, onAct }: { row: SourceRow; refusal: string | undefined; onAct: Act }) {
  const name = sourceName(row)
  const adminRefusal = useAdminRefusal()
  const utils = rpc.useUtils()
  const test = rpc.webhooks.sources.test.useMutation({
    onSuccess: async ({ accepted, status, ms, problem }) => {
      if (accepted) toast.success(`The door of ${name} took the test event in ${formatNumber(ms)} ms`)
      else toast.error(`The door of ${name} refused it${status ? ` with ${status}` : ''}: ${problem}`)
      await utils.webhooks.invalidate()
    },
    onError: (error) => void toast.error(problemOf(error).message),
  })
  const untestable = !row.isConfigured
    ? 'It has no secret to sign with.'
    : row.canTest
      ? undefined
      : 'Only the sender can sign: what is stored is its public key.'
  const isPaused = row.pauses.some(({ door }) => door === row.door)
  return (
    <span className="inline-flex items-center gap-1.5 @max-[62rem]:flex-wrap">
      <Button
        size="small"
        busy={test.isPending}
        refused={refusal ?? untestable}
        aria-label={`Send a test event to ${name}`}
        onClick={() => test.mutate({ provider: row.provider, door: row.door ?? undefined })}
      >
        <Send aria-hidden className={icon} />
        Test
      </Button>
      <Button
        size="small"
        refused={adminRefusal}
        aria-label={`Secrets of ${name}…`}
        onClick={() => onAct('secrets', row)}
      >
        <KeyRound aria-hidden className={icon} />
        Secrets…
      </Button>
      <Button
        size="small"
        refused={refusal}
        aria-label={`${isPaused ? 'Resume' : 'Pause'} ${name}…`}
        onClick={() => onAct(isPaused ? 'resume' : 'pause', row)}
      >
        {isPaused ? <Play aria-hidden className={icon} /> : <Pause aria-hidden className={icon} />}
        {isPaused ? 'Resume…' : 'Pause…'}
      </Button>
    </span>
  )
}

/** Customers whose webhooks are kept and not processed, and what each pause says. */
export function PausedCustomers({
  pauses,
  refusal,
  onResume,
}: {
  pauses: PausedCustomer[]
  refusal: string | undefined
  onResume: (customer: { id: string }) => void
}) {
  if (pauses.length === 0) return null
  return (
    <Panel title={formatCount(pauses.length, 'customer is paused', 'customers are paused')} flush className="m-4">
      <PlainTable
        label="Paused customers"
        stacks
        rows={pauses}
        keyOf={({ customer }) => customer.id}
        columns={[
          { header: 'Customer', card: 'unnamed', cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { header: 'Why', card: 'line', cell: ({ reason }) => reason },
          { header: 'By', cell: ({ by }) => actorName(by).name },
          { header: 'Since', align: 'right', cell: ({ since }) => <TimeAgo at={since} className="text-ink-2" /> },
          {
            header: 'Until',
            align: 'right',
            cell: ({ expiresAt }) => (expiresAt ? formatUtc(Date.parse(expiresAt)) : 'Lifted by hand'),
          },
          {
            header: 'Acts',
            align: 'right',
            card: 'unnamed',
            cell: ({ customer }) => (
              <Button
                size="small"
                refused={refusal}
                aria-label={`Resume ${customer.businessName}…`}
                onClick={() => onResume(customer)}
              >
                <Play aria-hidden className="size-3.5" />
                Resume…
              </Button>
            ),
          },
        ]}
      />
    </Panel>
  )
}
