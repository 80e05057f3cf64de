import { Field, Input } from './field.tsx'

/** A year has four figures: without an end the field takes six, and whoever types on writes the hour into the year. */
export const lastInstant = '9999-12-31T23:59'

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
        <Input
          {...described}
          type="datetime-local"
          max={lastInstant}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
