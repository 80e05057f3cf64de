import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useForm } from 'react-hook-form'
import { rpc } from '../app/rpc.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { CodeField } from './code-field.tsx'
import { makePasskey, type Proof, passkeyProblem } from './passkey.ts'
import { PasswordInput } from './password-input.tsx'

/** What proves that it is he: a code where he has a second factor, else his password. */
export function useProof(): { asks: 'code' | 'password'; proofOf: (typed: string) => Proof } {
  const { data } = rpc.sessions.secondFactor.useQuery({})
  const asks = data?.since == null ? 'password' : 'code'
  return { asks, proofOf: (typed) => (asks === 'code' ? { code: typed } : { password: typed }) }
}

type Registered = React.ComponentProps<typeof Input>

export function ProofField({ asks, error, ...input }: Registered & { asks: 'code' | 'password'; error?: string }) {
  if (asks === 'code') return <CodeField error={error} recovery {...input} />
  return (
    <Field label="Your password" error={error}>
      {(described) => <PasswordInput {...described} {...input} autoComplete="current-password" />}
    </Field>
  )
}

export const proofInput = z.object({ proof: z.string().trim().min(1, 'Prove that it is you') })
const input = proofInput.extend({
  name: z.string().trim().min(1, 'Give it a name').max(100, 'At most 100 characters'),
})

/** Name and proof; then the browser takes over and asks for fingerprint, face or PIN. */
export function AddPasskeyForm({
  onDone,
  actions,
  autoFocus,
}: {
  onDone: (added: { revoked: number }) => void
  actions: (submit: ReactNode) => ReactNode
  autoFocus?: boolean
}) {
  const { asks, proofOf } = useProof()
  const form = useForm({ resolver: zodResolver(input), defaultValues: { name: '', proof: '' } })
  const add = useMutation({
    // a proof that is refused is answered here and ends no session
    meta: { signsIn: true },
    mutationFn: makePasskey,
    onSuccess: onDone,
    onError: (error) => {
      const { fields, message } = passkeyProblem(error)
      if (fields[asks]) form.setError('proof', { message }, { shouldFocus: true })
      // a code is used once
      else if (asks === 'code') form.resetField('proof')
    },
  })
  const { errors } = form.formState
  const problem = add.error ? passkeyProblem(add.error) : undefined
  return (
    <form
      noValidate
      aria-label="Add a passkey"
      className="grid gap-3.5"
      onSubmit={form.handleSubmit(({ name, proof }) => add.mutate({ name, proof: proofOf(proof) }))}
    >
      {problem && !problem.fields[asks] && (
        <Note tone="bad" live>
          {problem.message}
        </Note>
      )}
      <Field
        label="Name"
        hint="By what you know it again: a laptop, a phone, a security key."
        error={errors.name?.message}
      >
        {(described) => <Input {...described} {...form.register('name')} autoComplete="off" autoFocus={autoFocus} />}
      </Field>
      <ProofField asks={asks} error={errors.proof?.message} {...form.register('proof')} />
      {actions(
        <Button type="submit" variant="primary" busy={add.isPending}>
          Add the passkey
        </Button>,
      )}
    </form>
  )
}
