import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { emailField, z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { CodeField, codeInput } from './code-field.tsx'
import { DoorFrame } from './door-frame.tsx'
import { useEnter } from './enter.ts'
import { passkeyProblem, signInWithPasskey } from './passkey.ts'
import { PasswordInput } from './password-input.tsx'

const credentials = z.object({
  email: emailField('Type your e-mail address'),
  password: z.string().min(1, 'Type your password'),
})

/** Two steps where the account has a second factor: the password answers a ticket, the ticket and a code a session. */
export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' })
  const [ticket, setTicket] = useState<string>()
  const [refused, setRefused] = useState<string>()
  if (ticket !== undefined)
    return (
      <CodeStep
        ticket={ticket}
        to={to}
        onBack={(why) => {
          setRefused(why)
          setTicket(undefined)
        }}
      />
    )
  return <PasswordStep to={to} refused={refused} onTicket={setTicket} />
}

function PasswordStep({
  to,
  refused,
  onTicket,
}: {
  to: string | undefined
  refused: string | undefined
  onTicket: (ticket: string) => void
}) {
  const enter = useEnter()
  const form = useForm({ resolver: zodResolver(credentials), defaultValues: { email: '', password: '' } })
  const login = rpc.sessions.login.useMutation({
    meta: { signsIn: true },
    onSuccess: (answer) => ('ticket' in answer ? onTicket(answer.ticket) : enter(answer.user, to)),
    onError: () => form.setFocus('password'),
  })
  const byPasskey = useMutation({
    meta: { signsIn: true },
    mutationFn: signInWithPasskey,
    onSuccess: ({ user }) => enter(user, to),
  })
  const { errors } = form.formState
  const problem = login.error ? problemOf(login.error).message : refused
  return (
    <DoorFrame
      title="Sign in"
      lead={
        to
          ? 'Your session has ended or not begun. You go on where you wanted to.'
          : 'Calls, messages, usage and alerts of your lines.'
      }
      below={
        <>
          <p>
            <Link to="/forgot-password" className="text-accent-ink underline underline-offset-2">
              Forgot your password?
            </Link>
          </p>
          <p>
            New here?{' '}
            <Link to="/register" className="text-accent-ink underline underline-offset-2">
              Register your business
            </Link>
          </p>
          <p>The first account is printed once in the terminal when the server starts for the first time.</p>
        </>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={form.handleSubmit((input) => login.mutate(input))}
        aria-label="Sign in"
      >
        {problem && (
          <Note tone="bad" live>
            {problem}
          </Note>
        )}
        <Field label="E-mail" error={errors.email?.message}>
          {(described) => (
            <Input {...described} {...form.register('email')} type="email" autoComplete="username" autoFocus />
          )}
        </Field>
        <Field label="Password" error={errors.password?.message}>
          {(described) => (
            <PasswordInput {...described} {...form.register('password')} autoComplete="current-password" />
          )}
        </Field>
        <Button type="submit" variant="primary" size="large" busy={login.isPending}>
          Sign in
        </Button>
      </form>
      <div className="mt-4 grid gap-4 border-t pt-4">
        <Button size="large" busy={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
          <KeyRound aria-hidden className="size-4" />
          Sign in with a passkey
        </Button>
        {byPasskey.error && (
          <Note tone="bad" live>
            {passkeyProblem(byPasskey.error).message}
          </Note>
        )}
      </div>
    </DoorFrame>
  )
}

function CodeStep({ ticket, to, onBack }: { ticket: string; to: string | undefined; onBack: (why?: string) => void }) {
  const enter = useEnter()
  const form = useForm({ resolver: zodResolver(codeInput), defaultValues: { code: '' } })
  const login = rpc.sessions.loginWithCode.useMutation({
    meta: { signsIn: true },
    onSuccess: ({ user }) => enter(user, to),
    onError: (error) => {
      const problem = problemOf(error)
      if (problem.code === 'UNAUTHORIZED') return onBack(problem.message)
      form.setError('code', { message: problem.message }, { shouldFocus: true })
    },
  })
  return (
    <DoorFrame title="Your code" lead="The password is right. One more thing proves that it is you.">
      <form
        noValidate
        className="grid gap-4"
        onSubmit={form.handleSubmit(({ code }) => login.mutate({ ticket, code }))}
        aria-label="Second step"
      >
        <CodeField error={form.formState.errors.code?.message} recovery autoFocus {...form.register('code')} />
        <Button type="submit" variant="primary" size="large" busy={login.isPending}>
          Sign in
        </Button>
        <Button variant="ghost" onClick={() => onBack()}>
          Back to the password
        </Button>
      </form>
    </DoorFrame>
  )
}
