import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { toast } from '../ui/toast.tsx'
import { newPassword, shortest } from './new-password.ts'

const passwords = z.object({ currentPassword: z.string().min(1, 'Type your current password') }).and(newPassword)

const empty = { currentPassword: '', newPassword: '', repeated: '' }

export function PasswordForm() {
  const utils = rpc.useUtils()
  const form = useForm({ resolver: zodResolver(passwords), defaultValues: empty })
  const change = rpc.sessions.changePassword.useMutation({
    // a wrong current password is answered here and ends no session
    meta: { signsIn: true },
    onSuccess: async ({ revoked }) => {
      form.reset(empty)
      toast.success('The password is changed', {
        description: revoked > 0 ? `${formatCount(revoked, 'other session')} ended.` : undefined,
      })
      await utils.sessions.list.invalidate()
    },
    onError: (error) => {
      const { fields } = problemOf(error)
      for (const name of ['currentPassword', 'newPassword'] as const)
        if (fields[name]) form.setError(name, { message: fields[name] }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  const problem = change.error ? problemOf(change.error) : undefined
  return (
    <form
      noValidate
      aria-label="Change password"
      className="grid max-w-sm gap-3"
      onSubmit={form.handleSubmit(({ currentPassword, newPassword }) =>
        change.mutate({ currentPassword, newPassword }),
      )}
    >
      {problem && Object.keys(problem.fields).length === 0 && (
        <Note tone="bad" live>
          {problem.message}
        </Note>
      )}
      <Field label="Current password" error={errors.currentPassword?.message}>
        {(described) => (
          <Input {...described} {...form.register('currentPassword')} type="password" autoComplete="current-password" />
        )}
      </Field>
      <Field
        label="New password"
        hint={`At least ${shortest} characters. A few unrelated words are easy to remember.`}
        error={errors.newPassword?.message}
      >
        {(described) => (
          <Input {...described} {...form.register('newPassword')} type="password" autoComplete="new-password" />
        )}
      </Field>
      <Field label="New password again" error={errors.repeated?.message}>
        {(described) => (
          <Input {...described} {...form.register('repeated')} type="password" autoComplete="new-password" />
        )}
      </Field>
      <p className="text-xs text-ink-3">Every other session is ended when the password changes.</p>
      <div>
        <Button type="submit" variant="primary" busy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  )
}
