import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { ReplayDetail } from '../app/contract.ts'
import { rpc } from '../app/rpc.ts'
import { Field, Select } from '../ui/field.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { closedPeriodWords, formatMoves } from './replay-words.tsx'

/** Confirms the plan as it was read, by its hash. */
export function ReplayConfirm({ replay, onClose }: { replay: ReplayDetail; onClose: () => void }) {
  const utils = rpc.useUtils()
  const [reason, setReason] = useState('')
  const [stopAbove, setStopAbove] = useState(String(replay.stopAbovePercent))
  const run = rpc.webhooks.replays.run.useMutation({
    onSuccess: async () => {
      await utils.webhooks.replays.invalidate()
      onClose()
    },
    onError: () => utils.webhooks.replays.invalidate(),
  })
  const { effects, count } = replay
  const moves = formatMoves(effects)
  return (
    <ActDialog
      title={`Replay ${formatCount(count, 'webhook')}?`}
      description="Their stored bytes go through the processor once more. What is booked stays booked: a replay is not undone, it is corrected."
      act={`Replay ${formatCount(count, 'webhook')}`}
      busy={run.isPending}
      error={run.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() =>
        run.mutate({ id: replay.id, hash: replay.hash, stopAbovePercent: Number(stopAbove), reason: reason.trim() })
      }
    >
      <Note tone={moves === '' && effects.refused === 0 ? 'ok' : 'warn'}>
        <span className="figures">
          {moves === '' ? 'Nobody’s usage moves.' : `${moves} for ${formatCount(effects.customers, 'customer')}.`}
          {effects.closedPeriods > 0 && ` ${closedPeriodWords(effects.closedPeriods)}`}
          {effects.refused > 0 && ` ${formatNumber(effects.refused)} cannot be replayed and will fail.`}
        </span>
      </Note>
      <Field label="Stop by itself" hint="Judged from the twentieth webhook on.">
        {(described) => (
          <Select {...described} value={stopAbove} onChange={(event) => setStopAbove(event.target.value)}>
            <option value="0">At any failure</option>
            <option value="10">Above 10 % failures</option>
            <option value="50">Above 50 % failures</option>
            <option value="100">Never</option>
          </Select>
        )}
      </Field>
    </ActDialog>
  )
}
