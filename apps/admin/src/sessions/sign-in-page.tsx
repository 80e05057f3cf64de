import { zodResolver } from '@hookform/resolvers/zod'
import { useRouter, useSearch } from '@tanstack/react-router'
import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTitle } from '../app/page.tsx'
import { Mark } from '../app/rail.tsx'
import { ahead, problemOf, queryClient, rpc } from '../app/rpc.ts'
import { rememberSignedIn } from '../app/session.ts'
import { z } from '../app/zod.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'

const credentials = z.object({
  email: z.email('Type your e-mail address'),
  password: z.string().min(1, 'Type your password'),
})

export function SignInPage() {
  useTitle('Sign in')
  const router = useRouter()
  const { to } = useSearch({ from: '/sign-in' })
  const [seen, setSeen] = useState(false)
  const form = useForm({ resolver: zodResolver(credentials), defaultValues: { email: '', password: '' } })
  const login = rpc.sessions.login.useMutation({
    meta: { signsIn: true },
    onSuccess: async ({ user }) => {
      queryClient.clear()
      ahead.sessions.me.setData(undefined, user)
      rememberSignedIn(true)
      // only addresses of this house: a link from outside must not lead on from here
      const target = to?.startsWith('/') && !to.startsWith('//') ? to : '/'
      router.history.push(`/admin${target === '/' ? '/' : target.replace(/^\/admin(?=\/|$)/, '')}`)
    },
    onError: () => form.setFocus('password'),
  })
  const { errors } = form.formState
  return (
    <main className="flex min-h-dvh items-start justify-center px-4 pt-[min(18vh,160px)] pb-8">
      <div className="w-full max-w-90">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark />
          <span className="text-lg font-semibold tracking-tight">Trunkline</span>
        </div>
        <h1 className="text-2xl font-semibold tracking-tight">Sign in</h1>
        <p className="mt-1 text-sm text-ink-2">
          {to
            ? 'Your session has ended or not begun. You go on where you wanted to.'
            : 'Calls, messages, usage and alerts of your lines.'}
        </p>
        <form
          noValidate
          className="mt-6 grid gap-4"
          onSubmit={form.handleSubmit((input) => login.mutate(input))}
          aria-label="Sign in"
        >
          {login.error && (
            <Note tone="bad" live>
              {problemOf(login.error).message}
            </Note>
          )}
          <Field label="E-mail" error={errors.email?.message}>
            {(described) => (
              <Input {...described} {...form.register('email')} type="email" autoComplete="username" autoFocus />
            )}
          </Field>
          <Field label="Password" error={errors.password?.message}>
            {(described) => (
              <span className="relative block">
                <Input
                  {...described}
                  {...form.register('password')}
                  type={seen ? 'text' : 'password'}
                  autoComplete="current-password"
                  className="pr-10"
                />
                <IconButton
                  label={seen ? 'Hide the password' : 'Show the password'}
                  size="icon-small"
                  className="absolute top-0.5 right-0.5"
                  onClick={() => setSeen(!seen)}
                >
                  {seen ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
                </IconButton>
              </span>
            )}
          </Field>
          <Button type="submit" variant="primary" size="large" busy={login.isPending}>
            Sign in
          </Button>
        </form>
        <p className="mt-6 text-xs text-ink-3">
          The first account is printed once in the terminal when the server starts for the first time.
        </p>
      </div>
    </main>
  )
}
