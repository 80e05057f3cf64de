import type { ComponentProps } from 'react'
import { z } from '../app/zod.ts'
import { Field, Input } from '../ui/field.tsx'

export const codeInput = z.object({ code: z.string().trim().min(6, 'Type the six digits') })

/** The six digits of the authenticator app, or a recovery code where one is taken. */
export function CodeField({
  error,
  recovery = false,
  ...input
}: ComponentProps<typeof Input> & { error?: string; recovery?: boolean }) {
  return (
    <Field
      label="Code"
      hint={`The six digits that your authenticator app shows${recovery ? ', or one of your recovery codes' : ''}.`}
      error={error}
    >
      {(described) => (
        <Input
          {...described}
          {...input}
          inputMode={recovery ? 'text' : 'numeric'}
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          className="font-mono"
        />
      )}
    </Field>
  )
}
