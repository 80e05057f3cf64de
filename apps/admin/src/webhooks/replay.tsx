import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { WebhookDetail } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/notice.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { stateWord } from './words.tsx'

/** Runs the stored bytes through the processor again: asks once, then says what changed. */
export function Replay({ webhook }: { webhook: WebhookDetail }) {
  const refusal = useRefusal()
  const utils = rpc.useUtils()
  const [asking, setAsking] = useState(false)
  const replay = rpc.webhooks.replay.useMutation({
    onSettled: async () => {
      setAsking(false)
      await Promise.all([utils.webhooks.find.invalidate({ id: webhook.id }), utils.webhooks.counts.invalidate()])
    },
  })
  const blocked =
    refusal ?? (webhook.verdict === 'too_large' ? 'Its bytes were not kept, so they cannot be run again.' : undefined)
  useShortcuts([{ keys: 'r', label: 'Replay the webhook', group: 'Page', run: () => !blocked && setAsking(true) }])
  const result = replay.data ?? undefined
  const problem = replay.error ? problemOf(replay.error) : undefined
  return (
    <>
      <Button refused={blocked} onClick={() => setAsking(true)}>
        <RotateCcw aria-hidden className="size-3.5" />
        Replay…
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Replay this webhook?"
        act="Replay 1 webhook"
        busy={replay.isPending}
        onConfirm={() => replay.mutate({ id: webhook.id })}
      >
        <p>Its stored bytes go through the processor once more, as if they had just arrived.</p>
        <p>Usage is not counted twice. Earlier attempts stay in the log, and your name is written beside this one.</p>
        {webhook.verdict !== 'verified' && (
          <p>It was refused at the door. The signature is checked again; it is processed only if it is right now.</p>
        )}
      </Confirm>
      <Dialog
        open={Boolean(result ?? problem)}
        onOpenChange={(open) => !open && replay.reset()}
        title={
          problem
            ? 'The webhook was not replayed'
            : result?.effects.changed
              ? 'Replayed: this changed'
              : 'Replayed: nothing changed'
        }
      >
        {problem && (
          <Note tone="bad">
            {problem.message}
            {problem.requestId && <p className="mt-1 font-mono text-xs">Request {problem.requestId}</p>}
          </Note>
        )}
        {result && (
          <div className="grid gap-3 text-sm">
            {result.effects.text.length > 0 ? (
              <ul className="grid list-disc gap-1.5 pl-5 marker:text-ink-3">
                {result.effects.text.map((effect) => (
                  <li key={effect}>{effect}</li>
                ))}
              </ul>
            ) : (
              <p className="text-ink-2">Everything it says was already recorded.</p>
            )}
            <p className="text-ink-2">
              It is now <span className="font-medium text-ink">{stateWord(result.state).toLowerCase()}</span>.
            </p>
          </div>
        )}
        <Actions>
          <Button variant="primary" onClick={() => replay.reset()}>
            Done
          </Button>
        </Actions>
      </Dialog>
    </>
  )
}
