import { Field, Input } from './field.tsx'

/** What a field for a date and a time holds, as the wire has it. */
export const instantOf = (text: string): string | undefined => (text ? new Date(text).toISOString() : undefined)

/** A date and a time on the reader's clock, which may be left out; the hint says what is so without it. */
export function InstantField({
  label,
  hint,
  error,
  value,
  onChange,
}: {
  label: string
  hint: string
  error: string | undefined
  value: string
  onChange: (text: string) => void
}) {
  return (
    <Field label={label} optional hint={hint} error={error}>
      {(described) => (
        <Input {...described} type="datetime-local" value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  )
}
