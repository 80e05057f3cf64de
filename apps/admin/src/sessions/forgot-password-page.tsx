import { zodResolver } from '@hookform/resolvers/zod'
import { Link } from '@tanstack/react-router'
import { useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { emailField, z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { DoorFrame } from './door-frame.tsx'

const input = z.object({ email: emailField('Type your e-mail address') })

export function ForgotPasswordPage() {
  const form = useForm({ resolver: zodResolver(input), defaultValues: { email: '' } })
  const request = rpc.sessions.requestReset.useMutation()
  return (
    <DoorFrame
      title="Forgot your password?"
      lead="Type the address you sign in with. A link to a new password is mailed to it."
      below={
        <p>
          <Link to="/sign-in" className="text-accent-ink underline underline-offset-2">
            Back to the sign-in
          </Link>
        </p>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        aria-label="Forgot password"
        onSubmit={form.handleSubmit((input) => request.mutate(input))}
      >
        {request.error && (
          <Note tone="bad" live>
            {problemOf(request.error).message}
          </Note>
        )}
        {request.isSuccess && (
          <Note tone="ok" live>
            If there is an account with this address, a link is on its way. It works once, within half an hour.
          </Note>
        )}
        <Field label="E-mail" error={form.formState.errors.email?.message}>
          {(described) => (
            <Input {...described} {...form.register('email')} type="email" autoComplete="username" autoFocus />
          )}
        </Field>
        <Button type="submit" variant="primary" size="large" busy={request.isPending}>
          Mail me a link
        </Button>
      </form>
    </DoorFrame>
  )
}
