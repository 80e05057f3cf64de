import { useQuery } from '@tanstack/react-query'
import { refusals } from '@trunkline/core/webhooks/state'
import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { CauseRow, Provider, Refusal, Reverification, Reverified } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { useRange } from '../app/range.tsx'
import { problemOf, rpc, rpcClient } from '../app/rpc.ts'
import { oneOf, type WebhookSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { providerNames, providers, verdictText } from './words.tsx'

const title = 'Verify again'

type Which = { provider?: Provider; cause?: Refusal }

/** What it is of, as the address keeps it. */
export const keyOfRefused = ({ provider, refusal }: { provider: Provider; refusal: Refusal }): string =>
  `${provider}/${refusal}`

export function refusedOf(key: string | undefined): Which | undefined {
  const [source, reason] = key?.split('/') ?? []
  const provider = oneOf(providers, source)
  const cause = oneOf(refusals, reason)
  return provider && cause && { provider, cause }
}

/** What was refused is verified with the secrets that count now: first what would come of it, then it is done. */
export function Reverify({
  which,
  isWider = false,
  onClose,
}: {
  which: Which
  /** The list is narrowed by what this cannot be narrowed by. */
  isWider?: boolean
  onClose: () => void
}) {
  const utils = rpc.useUtils()
  const [done, setDone] = useState<Reverified>()
  const [withOutdated, setWithOutdated] = useState(false)
  // each delivery is verified for it: asked once, and not at every webhook that comes in meanwhile
  const preview = useQuery({
    queryKey: [['reverification'], which],
    queryFn: ({ signal }) => rpcClient.webhooks.quarantine.preview.query(which, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const verify = rpc.webhooks.quarantine.reverify.useMutation({
    onSuccess: async (answer) => {
      setDone(answer)
      await utils.webhooks.invalidate()
    },
  })
  if (done) return <Result done={done} onClose={onClose} />
  const found = preview.data
  const taken = (found?.provable ?? 0) + (withOutdated ? (found?.outdated ?? 0) : 0)
  return (
    <ActDialog
      title={title}
      description="What was refused is held against the secrets and the address that count now. What is genuine is taken in as if it came now, and counted once."
      act={taken > 0 ? `Take in ${formatCount(taken, 'webhook')}` : 'Take in'}
      wide
      refused={refusalOf(found, taken)}
      busy={verify.isPending}
      error={verify.error}
      onClose={onClose}
      onSubmit={() => verify.mutate({ ...which, outdated: withOutdated })}
    >
      {isWider && <Note>The number, text and time of the list do not narrow this.</Note>}
      {found ? (
        <>
          <Found found={found} />
          {found.outdated > 0 && (
            <label className="flex cursor-pointer items-start gap-2 text-sm">
              <input
                type="checkbox"
                className="mt-0.5 size-3.5 shrink-0 accent-accent"
                checked={withOutdated}
                onChange={(event) => setWithOutdated(event.target.checked)}
              />
              <span>
                Also take in {formatCount(found.outdated, 'webhook')} refused for the time alone
                <span className="block text-xs text-ink-2">
                  The signature is right; the clock of this server was wrong. What has come again since counts once.
                </span>
              </span>
            </label>
          )}
        </>
      ) : preview.error ? (
        <Note tone="bad" live>
          <p>What is kept could not be verified. {problemOf(preview.error).message}</p>
          <Button className="mt-2" size="small" busy={preview.isFetching} onClick={() => void preview.refetch()}>
            Look again
          </Button>
        </Note>
      ) : (
        <SkeletonRows rows={3} />
      )}
    </ActDialog>
  )
}

function refusalOf(found: Reverification | undefined, taken: number): string | undefined {
  if (!found) return 'What would come of it is not known yet.'
  return taken === 0 ? 'None of it is genuine by the secrets that count now.' : undefined
}

function Found({ found: { items, refused, provable, outdated } }: { found: Reverification }) {
  if (items.length === 0) return <p role="status">Nothing of this is kept in quarantine.</p>
  return (
    <>
      <p role="status" className="font-medium">
        {provable > 0
          ? `${formatCount(provable, 'webhook')} can be taken in.`
          : outdated > 0
            ? 'None can be taken in without a word of yours.'
            : 'None can be taken in: set the secret or PUBLIC_URL right first.'}
      </p>
      <ul aria-label="What is kept" className="divide-y rounded-md border text-sm">
        {items.map((item) => (
          <li
            key={`${item.provider} ${item.cause}`}
            className="flex flex-wrap justify-between gap-x-6 gap-y-1 px-3 py-2"
          >
            <span className="min-w-0">
              <span className="font-medium">{providerNames[item.provider]}</span>
              <span className="block text-xs text-ink-2">{verdictText(item.cause)}</span>
            </span>
            <span className="figures min-w-0 text-ink-2 sm:text-right">
              {item.provable > 0 && (
                <span className="block text-ink">{formatNumber(item.provable)} can be taken in</span>
              )}
              {item.outdated > 0 && <span className="block">{staying(item.outdated)}, refused for the time alone</span>}
              {item.refused > item.provable + item.outdated && (
                <span className="block">{staying(item.refused - item.provable - item.outdated)}, still not proven</span>
              )}
              {item.kept > item.refused && (
                <span className="block">{staying(item.kept - item.refused)}, without their bytes</span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {refused > provable && (
        <p className="text-xs text-ink-2">What stays is kept as evidence, and can be verified again at any time.</p>
      )}
    </>
  )
}

const staying = (count: number): string => `${formatNumber(count)} ${count === 1 ? 'stays' : 'stay'}`

function Result({ done: { released, duplicates, refused }, onClose }: { done: Reverified; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <Note tone={released + duplicates > 0 ? 'ok' : 'warn'} live>
        {formatCount(released, 'webhook')} taken in.
        {duplicates > 0 && ` ${formatNumber(duplicates)} had come again since, and count once.`}
        {refused > 0 && ` ${staying(refused)}, still not proven.`}
      </Note>
      <Actions>
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      </Actions>
    </Dialog>
  )
}

/** The way there from the list of what was refused, as its filters narrow it. */
export function ReverifyButton({ causes }: { causes: CauseRow[] }) {
  const mayNot = useRefusal()
  const range = useRange()
  const [{ provider, cause: of, phone, q }] = useFilters<WebhookSearch>()
  const [which, setWhich] = useState<Which>()
  const cause = causes.find(({ id }) => id === of)
  const isAsked = of === undefined || (cause?.refusal ?? undefined) !== undefined
  const refusal = mayNot ?? (isAsked ? undefined : 'Nothing was refused of this cause.')
  const begin = () =>
    refusal === undefined && setWhich({ provider: provider ?? cause?.provider, cause: cause?.refusal ?? undefined })
  useShortcuts([{ keys: 'v', label: 'Verify again what was refused', group: 'Page', run: begin }])
  return (
    <>
      <Button variant="primary" refused={refusal} onClick={begin}>
        <ShieldCheck aria-hidden className="size-3.5" />
        Verify again…
      </Button>
      {which && <Reverify which={which} isWider={Boolean(phone ?? q ?? range)} onClose={() => setWhich(undefined)} />}
    </>
  )
}
