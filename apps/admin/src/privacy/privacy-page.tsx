import { zodResolver } from '@hookform/resolvers/zod'
import { Download, Search } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { PageHeader } from '../app/page.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { useAdminRefusal } from '../app/session.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Actions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { formatPhone, toE164 } from '../ui/phone.tsx'
import { toast } from '../ui/toast.tsx'
import { useExport } from './export.ts'
import { HeldRows } from './held-rows.tsx'
import { RetentionPanel } from './retention-panel.tsx'

const about = z.object({
  phone: z.string().refine((text) => toE164(text, 'US') !== undefined, 'This is not a phone number'),
})

/** What is held about a number, and how it is handed out or erased. */
export function PrivacyPage() {
  const refusal = useAdminRefusal()
  const [asking, setAsking] = useState(false)
  const form = useForm({ resolver: zodResolver(about), defaultValues: { phone: '' } })
  const plan = rpc.privacy.plan.useMutation()
  const exporting = useExport()
  const erase = rpc.privacy.erase.useMutation({
    onSuccess: ({ rows }) => {
      setAsking(false)
      plan.reset()
      form.reset()
      toast.success(`${formatCount(rows, 'row')} are being shredded`)
    },
    onError: () => setAsking(false),
  })
  const problem = [plan.error, erase.error].flatMap((error) => (error ? [problemOf(error)] : []))[0]
  const number = plan.variables?.phoneNumber ?? ''
  const found = plan.data?.rows.reduce((sum, { rows }) => sum + rows, 0) ?? 0
  return (
    <div className="mx-auto max-w-3xl pb-12">
      <PageHeader title="Privacy">
        What is held about a caller’s number, wherever it stands: to hand it out, or to erase it. And how long anything
        is kept.
      </PageHeader>
      <div className="grid gap-4 px-4">
        <Panel title="A number">
          <form
            noValidate
            aria-label="Find what is held"
            className="grid gap-3.5"
            onSubmit={form.handleSubmit(({ phone }) => {
              erase.reset()
              plan.mutate({ phoneNumber: toE164(phone, 'US') ?? phone })
            })}
          >
            {problem && (
              <Note tone="bad" live>
                {problem.message}
              </Note>
            )}
            <Field
              label="Phone number"
              hint="Looking for it reads the bytes of every webhook that is kept; that can take a minute."
              error={form.formState.errors.phone?.message}
            >
              {(described) => (
                <Input
                  {...described}
                  {...form.register('phone')}
                  type="tel"
                  placeholder="(312) 555-0101"
                  autoComplete="off"
                />
              )}
            </Field>
            <Actions>
              <Button type="submit" variant="primary" refused={refusal} busy={plan.isPending}>
                <Search aria-hidden className="size-3.5" />
                Find what is held
              </Button>
            </Actions>
          </form>
        </Panel>
        {plan.data && (
          <Panel title={`Held about ${formatPhone(number)}`}>
            {found === 0 ? (
              <p className="text-sm text-ink-2">Nothing is held about this number.</p>
            ) : (
              <>
                <HeldRows rows={plan.data.rows} />
                <Actions>
                  <Button busy={exporting.busy} onClick={() => void exporting.run({ phoneNumber: number })}>
                    <Download aria-hidden className="size-3.5" />
                    Export
                  </Button>
                  <Button variant="danger" onClick={() => setAsking(true)}>
                    Erase {formatCount(found, 'row')}
                  </Button>
                </Actions>
              </>
            )}
          </Panel>
        )}
        <RetentionPanel />
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Erase everything about ${formatPhone(number)}?`}
        act={`Erase ${formatCount(found, 'row')}`}
        danger
        busy={erase.isPending}
        onConfirm={() => plan.data && erase.mutate({ phoneNumber: number, hash: plan.data.hash })}
      >
        <p>
          Numbers, words and bytes are gone for good. Times, amounts and hashes stay. That you did it is written down.
        </p>
      </Confirm>
    </div>
  )
}
