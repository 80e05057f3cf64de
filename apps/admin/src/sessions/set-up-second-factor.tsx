import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { encode } from 'uqr'
import { problemOf, rpc } from '../app/rpc.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Field } from '../ui/field.tsx'
import { CodeField, codeInput } from './code-field.tsx'
import { PasswordInput } from './password-input.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

/** Password, key, first code, recovery codes: one after the other. */
export function SetUpSecondFactor({ onBegin, onDone }: { onBegin?: () => void; onDone: () => void }) {
  const [key, setKey] = useState<{ key: string; uri: string }>()
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />
  if (key) return <KeyStep secret={key.key} uri={key.uri} onCodes={setCodes} />
  return (
    <PasswordStep
      onKey={(made) => {
        onBegin?.()
        setKey(made)
      }}
    />
  )
}

const password = z.object({ password: z.string().min(1, 'Type your password') })

function PasswordStep({ onKey }: { onKey: (key: { key: string; uri: string }) => void }) {
  const form = useForm({ resolver: zodResolver(password), defaultValues: { password: '' } })
  const start = rpc.sessions.startSecondFactor.useMutation({
    onSuccess: onKey,
    onError: (error) => form.setError('password', { message: problemOf(error).message }, { shouldFocus: true }),
  })
  return (
    <form
      noValidate
      aria-label="Begin the set-up"
      className="grid max-w-sm gap-3"
      onSubmit={form.handleSubmit((input) => start.mutate(input))}
    >
      <p className="text-sm text-ink-2">
        An authenticator app on your phone shows six digits that change every half minute. From then on they are asked
        for after the password.
      </p>
      <Field label="Your password" error={form.formState.errors.password?.message}>
        {(described) => <PasswordInput {...described} {...form.register('password')} autoComplete="current-password" />}
      </Field>
      <div>
        <Button type="submit" variant="primary" busy={start.isPending}>
          Set up a second factor
        </Button>
      </div>
    </form>
  )
}

function KeyStep({ secret, uri, onCodes }: { secret: string; uri: string; onCodes: (codes: string[]) => void }) {
  const form = useForm({ resolver: zodResolver(codeInput), defaultValues: { code: '' } })
  const confirm = rpc.sessions.confirmSecondFactor.useMutation({
    onSuccess: ({ recoveryCodes }) => onCodes(recoveryCodes),
    onError: (error) => form.setError('code', { message: problemOf(error).message }, { shouldFocus: true }),
  })
  return (
    <form
      noValidate
      aria-label="Confirm the set-up"
      className="grid max-w-sm gap-3"
      onSubmit={form.handleSubmit((input) => confirm.mutate(input))}
    >
      <p className="text-sm text-ink-2">
        Let your app read this code, type the key below it, or{' '}
        <a href={uri} className="text-accent-ink underline underline-offset-2">
          open it in an app on this device
        </a>
        .
      </p>
      <QrCode text={uri} />
      <div className="flex items-center gap-2 rounded-md border px-3 py-2">
        <output aria-label="Key" className="min-w-0 flex-1 font-mono text-sm break-words">
          {secret.match(/.{1,4}/g)?.join(' ')}
        </output>
        <CopyButton text={secret} label="Copy the key" />
      </div>
      <CodeField error={form.formState.errors.code?.message} autoFocus {...form.register('code')} />
      <div>
        <Button type="submit" variant="primary" busy={confirm.isPending}>
          Confirm
        </Button>
      </div>
    </form>
  )
}

/** Black on white in both themes, with the margin that readers need. */
function QrCode({ text }: { text: string }) {
  const { size, data } = encode(text, { border: 2 })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return (
    <svg
      role="img"
      aria-label="The key as a QR code"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-44 rounded-md bg-white"
    >
      <path d={dark.join('')} fill="black" />
    </svg>
  )
}
