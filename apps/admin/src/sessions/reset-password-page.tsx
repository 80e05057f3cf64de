import { zodResolver } from '@hookform/resolvers/zod'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { DoorFrame } from './door-frame.tsx'
import { newPassword, shortest } from './new-password.ts'
import { PasswordInput } from './password-input.tsx'

export function ResetPasswordPage() {
  const [token] = useState(() => window.location.hash.slice(1))
  // the secret is not left in the address and the history
  useEffect(() => window.history.replaceState(window.history.state, '', window.location.pathname), [])
  const form = useForm({ resolver: zodResolver(newPassword), defaultValues: { newPassword: '', repeated: '' } })
  const reset = rpc.sessions.resetPassword.useMutation({
    meta: { signsIn: true },
    onError: (error) => {
      const { fields } = problemOf(error)
      if (fields.newPassword) form.setError('newPassword', { message: fields.newPassword }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  const problem = reset.error ? problemOf(reset.error) : undefined
  if (reset.isSuccess)
    return (
      <DoorFrame title="The password is changed" lead="Every session of this account has ended.">
        <Button asChild variant="primary" size="large">
          <Link to="/sign-in">Sign in</Link>
        </Button>
      </DoorFrame>
    )
  return (
    <DoorFrame
      title="Choose a new password"
      lead="It replaces the old one and ends every session."
      below={
        <p>
          <Link to="/forgot-password" className="text-accent-ink underline underline-offset-2">
            Ask for another link
          </Link>
        </p>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        aria-label="New password"
        onSubmit={form.handleSubmit(({ newPassword }) => reset.mutate({ token, newPassword }))}
      >
        {token === '' && (
          <Note tone="warn">This address is not complete. Open the link of the mail as it stands there.</Note>
        )}
        {problem && !problem.fields.newPassword && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="New password" hint={`At least ${shortest} characters.`} error={errors.newPassword?.message}>
          {(described) => (
            <PasswordInput {...described} {...form.register('newPassword')} autoComplete="new-password" autoFocus />
          )}
        </Field>
        <Field label="New password again" error={errors.repeated?.message}>
          {(described) => <PasswordInput {...described} {...form.register('repeated')} autoComplete="new-password" />}
        </Field>
        <Button
          type="submit"
          variant="primary"
          size="large"
          busy={reset.isPending}
          refused={token === '' ? 'The link of the mail is missing' : undefined}
        >
          Set the new password
        </Button>
      </form>
    </DoorFrame>
  )
}
