import { zodResolver } from '@hookform/resolvers/zod'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { DoorFrame } from '../sessions/door-frame.tsx'
import { newPassword, shortest } from '../sessions/new-password.ts'
import { PasswordInput } from '../sessions/password-input.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'

/** Who was invited chooses his first password. */
export function InvitationPage() {
  const [token] = useState(() => window.location.hash.slice(1))
  // the secret is not left in the address and the history
  useEffect(() => window.history.replaceState(window.history.state, '', window.location.pathname), [])
  const form = useForm({ resolver: zodResolver(newPassword), defaultValues: { newPassword: '', repeated: '' } })
  const accept = rpc.onboarding.acceptInvitation.useMutation({
    meta: { signsIn: true },
    onError: (error) => {
      const { fields } = problemOf(error)
      if (fields.newPassword) form.setError('newPassword', { message: fields.newPassword }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  const problem = accept.error ? problemOf(accept.error) : undefined
  if (accept.isSuccess)
    return (
      <DoorFrame title="Your account is ready" lead="You sign in with your e-mail address and this password.">
        <Button asChild variant="primary" size="large">
          <Link to="/sign-in">Sign in</Link>
        </Button>
      </DoorFrame>
    )
  return (
    <DoorFrame title="Choose your password" lead="You were invited. With a password your account is ready.">
      <form
        noValidate
        className="grid gap-4"
        aria-label="First password"
        onSubmit={form.handleSubmit(({ newPassword }) => accept.mutate({ token, newPassword }))}
      >
        {token === '' && (
          <Note tone="warn">This address is not complete. Open the link of the mail as it stands there.</Note>
        )}
        {problem && !problem.fields.newPassword && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Password" hint={`At least ${shortest} characters.`} error={errors.newPassword?.message}>
          {(described) => (
            <PasswordInput {...described} {...form.register('newPassword')} autoComplete="new-password" autoFocus />
          )}
        </Field>
        <Field label="Password again" error={errors.repeated?.message}>
          {(described) => <PasswordInput {...described} {...form.register('repeated')} autoComplete="new-password" />}
        </Field>
        <Button
          type="submit"
          variant="primary"
          size="large"
          busy={accept.isPending}
          refused={token === '' ? 'The link of the mail is missing' : undefined}
        >
          Set the password
        </Button>
      </form>
    </DoorFrame>
  )
}
