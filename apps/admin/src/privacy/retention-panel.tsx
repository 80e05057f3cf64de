import { zodResolver } from '@hookform/resolvers/zod'
import { skipToken } from '@tanstack/react-query'
import { type Retention, type RetentionKind, retentionSchema } from '@trunkline/core/platform/retention'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import type { RetentionSettings } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { useAdminRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Actions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatCount, formatWords } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { toast } from '../ui/toast.tsx'

const labels: Record<RetentionKind, string> = {
  bytes: 'Bytes of webhooks',
  events: 'Words of calls and messages',
  audit: 'Audit log',
}

/** How long content is kept, and what another term would take away before it is saved. */
export function RetentionPanel() {
  const refusal = useAdminRefusal()
  const { data, error } = rpc.privacy.retention.useQuery(undefined, { enabled: refusal === undefined })
  if (refusal !== undefined) return null
  return (
    <Panel title="How long content is kept">
      {error && <Note tone="bad">{problemOf(error).message}</Note>}
      {data && <RetentionForm key={JSON.stringify(data)} settings={data} />}
    </Panel>
  )
}

function RetentionForm({ settings }: { settings: RetentionSettings }) {
  const utils = rpc.useUtils()
  const values = Object.fromEntries(settings.kinds.map(({ kind, amount }) => [kind, amount])) as Retention
  const form = useForm({ resolver: zodResolver(retentionSchema), defaultValues: values })
  const [asked, setAsked] = useState<Retention>()
  const preview = rpc.privacy.previewRetention.useQuery(asked ?? skipToken, { gcTime: 0 })
  const save = rpc.privacy.setRetention.useMutation({
    onSuccess: (saved) => {
      setAsked(undefined)
      utils.privacy.retention.setData(undefined, saved)
      toast.success('Saved')
    },
    onError: () => setAsked(undefined),
  })
  const problem = [save.error, preview.error].flatMap((error) => (error ? [problemOf(error)] : []))[0]
  const due = preview.data?.rows ?? []
  return (
    <form
      noValidate
      aria-label="How long content is kept"
      className="grid gap-3.5"
      onSubmit={form.handleSubmit((chosen) => {
        save.reset()
        setAsked(chosen)
      })}
    >
      {problem && (
        <Note tone="bad" live>
          {problem.message}
        </Note>
      )}
      <div className="grid gap-3.5 sm:grid-cols-3">
        {settings.kinds.map(({ kind, unit, least, most, default: usual }) => (
          <Field
            key={kind}
            label={`${labels[kind]}, ${unit}`}
            hint={`${least} to ${most}; ${usual} where nobody says otherwise`}
            error={form.formState.errors[kind]?.message}
          >
            {(described) => (
              <Input
                {...described}
                {...form.register(kind, { valueAsNumber: true })}
                type="number"
                inputMode="numeric"
                min={least}
                max={most}
              />
            )}
          </Field>
        ))}
      </div>
      <p className="text-xs text-ink-3">
        What has had its time is shredded each hour. Amounts, seconds, hashes and what makes an event count once stay.
      </p>
      <Actions>
        <Button type="submit" variant="primary" busy={preview.isFetching}>
          See what would go
        </Button>
      </Actions>
      <Confirm
        open={asked !== undefined && preview.data !== undefined && !preview.isFetching}
        onOpenChange={(open) => !open && setAsked(undefined)}
        title="Keep content so long?"
        act="Save"
        danger={due.some(({ rows }) => rows > 0)}
        busy={save.isPending}
        onConfirm={() => asked && save.mutate(asked)}
      >
        <p>The next sweep would shred:</p>
        <ul className="list-disc pl-5">
          {due.map(({ table, rows }) => (
            <li key={table}>
              {formatWords(table)}: {formatCount(rows, 'row')}
            </li>
          ))}
        </ul>
      </Confirm>
    </form>
  )
}
