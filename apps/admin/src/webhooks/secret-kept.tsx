import type { Provider } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { formatCount, formatNumber, formatUtc } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { ShownSecret } from '../ui/shown-secret.tsx'
import { toast } from '../ui/toast.tsx'
import { providerNames } from './words.tsx'

export type Written = { generated: string | null; replacedUntil: string | null }

/** A secret has been set: what was made is told once, and what had been refused for want of it can be taken in. */
export function SecretKept({
  name,
  provider,
  door,
  written: { generated, replacedUntil },
  onClose,
}: {
  name: string
  provider: Provider
  /** Given where the source is new, and its address not known yet. */
  door?: string
  written: Written
  onClose: () => void
}) {
  const utils = rpc.useUtils()
  const waiting = rpc.webhooks.quarantine.preview.useQuery({ provider }).data
  const verify = rpc.webhooks.quarantine.reverify.useMutation({
    onSuccess: async ({ released, duplicates }) => {
      toast.success(
        `${formatCount(released, 'webhook')} taken in${duplicates > 0 ? `, ${formatNumber(duplicates)} had come again since` : ''}`,
      )
      await utils.webhooks.invalidate()
    },
    onError: (error) => toast.error('They were not verified again', { description: problemOf(error).message }),
  })
  const sources = rpc.webhooks.sources.list.useQuery({}).data?.items
  const [address] = sources?.find((one) => door !== undefined && one.door === door)?.addresses ?? []
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`The secret of ${name} counts`}>
      <div className="grid gap-3 text-sm">
        {generated && (
          <>
            <Note tone="warn">Give this to the sender now. It is not shown again.</Note>
            <ShownSecret label="The secret" secret={generated} />
          </>
        )}
        {address && (
          <p className="flex items-center gap-1">
            <span className="min-w-0 truncate">
              Its address: <span className="font-mono text-xs">{address}</span>
            </span>
            <CopyButton text={address} label="Copy the address" />
          </p>
        )}
        {replacedUntil && <p>The one before it counts until {formatUtc(Date.parse(replacedUntil))}.</p>}
        {waiting && (
          <p role="status" className="text-ink-2">
            {waiting.provable > 0
              ? `${formatCount(waiting.provable, 'webhook')} of ${providerNames[provider]} that had been refused can be proven now.`
              : waiting.refused > 0
                ? `None of the ${formatCount(waiting.refused, 'webhook')} of ${providerNames[provider]} that were refused is proven by it.`
                : `Nothing of ${providerNames[provider]} that was refused waits for it.`}
          </p>
        )}
        <Actions>
          <Button onClick={onClose}>{generated ? 'I have kept it' : 'Done'}</Button>
          {waiting && waiting.provable > 0 && (
            <Button variant="primary" busy={verify.isPending} onClick={() => verify.mutate({ provider })}>
              Take in {formatCount(waiting.provable, 'webhook')}
            </Button>
          )}
        </Actions>
      </div>
    </Dialog>
  )
}
