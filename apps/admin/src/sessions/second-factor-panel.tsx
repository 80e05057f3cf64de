import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { CodeField, codeInput } from './code-field.tsx'
import { PasswordInput } from './password-input.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { SetUpSecondFactor } from './set-up-second-factor.tsx'

export function SecondFactorPanel() {
  const utils = rpc.useUtils()
  const query = rpc.sessions.secondFactor.useQuery({})
  const [asking, setAsking] = useState<'codes' | 'off'>()
  // the set-up ends with codes to be kept, also when the server has long said that it is on
  const [isUnderWay, setUnderWay] = useState(false)
  const refresh = () => utils.sessions.invalidate()
  return (
    <Panel title="Second factor">
      <Loaded query={query} what="Your second factor" skeleton={<SkeletonRows rows={2} height={36} />}>
        {({ since, recoveryCodesLeft, isRequired }) =>
          since === null || isUnderWay ? (
            <SetUpSecondFactor
              onBegin={() => setUnderWay(true)}
              onDone={() => {
                setUnderWay(false)
                void refresh()
              }}
            />
          ) : (
            <div className="grid gap-3">
              <div className="flex flex-wrap items-center gap-2 text-sm">
                <Pill tone="ok">On</Pill>
                <span className="text-ink-2">
                  since <TimeAgo at={since} />, {formatCount(recoveryCodesLeft, 'recovery code')} left
                </span>
              </div>
              {recoveryCodesLeft < 3 && (
                <Note tone="warn">Few recovery codes are left. New ones replace them all.</Note>
              )}
              <div className="flex flex-wrap gap-2">
                <Button onClick={() => setAsking('codes')}>New recovery codes</Button>
                <Button
                  onClick={() => setAsking('off')}
                  refused={isRequired ? 'Administrators must have a second factor here' : undefined}
                >
                  Turn off
                </Button>
              </div>
            </div>
          )
        }
      </Loaded>
      {asking === 'codes' && <RenewCodes onClose={() => setAsking(undefined)} onDone={refresh} />}
      {asking === 'off' && <TurnOff onClose={() => setAsking(undefined)} onDone={refresh} />}
    </Panel>
  )
}

function RenewCodes({ onClose, onDone }: { onClose: () => void; onDone: () => Promise<void> }) {
  const form = useForm({ resolver: zodResolver(codeInput), defaultValues: { code: '' } })
  const renew = rpc.sessions.renewRecoveryCodes.useMutation({
    onSuccess: onDone,
    onError: (error) => form.setError('code', { message: problemOf(error).message }, { shouldFocus: true }),
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New recovery codes"
      description="They replace the ones you have, used or not."
    >
      {renew.data ? (
        <RecoveryCodes codes={renew.data.recoveryCodes} onDone={onClose} />
      ) : (
        <form noValidate aria-label="New recovery codes" onSubmit={form.handleSubmit((input) => renew.mutate(input))}>
          <CodeField error={form.formState.errors.code?.message} recovery autoFocus {...form.register('code')} />
          <Actions>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" busy={renew.isPending}>
              Make new codes
            </Button>
          </Actions>
        </form>
      )}
    </Dialog>
  )
}

const offInput = codeInput.extend({ password: z.string().min(1, 'Type your password') })

function TurnOff({ onClose, onDone }: { onClose: () => void; onDone: () => Promise<void> }) {
  const form = useForm({ resolver: zodResolver(offInput), defaultValues: { password: '', code: '' } })
  const turnOff = rpc.sessions.turnOffSecondFactor.useMutation({
    onSuccess: async () => {
      onClose()
      toast.success('The second factor is off')
      await onDone()
    },
    onError: (error) => {
      const { fields, message } = problemOf(error)
      form.setError(fields.password ? 'password' : 'code', { message }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Turn the second factor off?"
      description="From then on the password alone signs in. Every other session ends."
    >
      <form
        noValidate
        aria-label="Turn the second factor off"
        className="grid gap-3.5"
        onSubmit={form.handleSubmit((input) => turnOff.mutate(input))}
      >
        <Field label="Your password" error={errors.password?.message}>
          {(described) => (
            <PasswordInput {...described} {...form.register('password')} autoComplete="current-password" autoFocus />
          )}
        </Field>
        <CodeField error={errors.code?.message} recovery {...form.register('code')} />
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" busy={turnOff.isPending}>
            Turn off
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
