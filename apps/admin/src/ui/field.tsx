import { clsx } from 'clsx'
import { ChevronDown } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'

const control =
  'w-full rounded-md border border-control/60 bg-surface text-ink placeholder:text-ink-3 hover:border-control focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-bad-mark max-sm:text-lg'

type Described = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }

/** A label, its control, and one line below: the error where there is one, else the hint. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  className,
  children,
}: {
  label: string
  hint?: ReactNode
  error?: string
  optional?: boolean
  className?: string
  children: (described: Described) => ReactNode
}) {
  const id = useId()
  const below = `${id}-below`
  return (
    <div className={clsx('grid content-start gap-1', className)}>
      <label htmlFor={id} className="flex items-baseline gap-1.5 text-sm font-medium">
        {label}
        {optional && <span className="font-normal text-ink-3">optional</span>}
      </label>
      {children({
        id,
        ...(hint || error ? { 'aria-describedby': below } : {}),
        ...(error ? { 'aria-invalid': true } : {}),
      })}
      {(error || hint) && (
        <p
          id={below}
          role={error ? 'alert' : undefined}
          className={clsx('text-xs', error ? 'text-bad-ink' : 'text-ink-3')}
        >
          {error ?? hint}
        </p>
      )}
    </div>
  )
}

export function Input({ compact = false, className, ...rest }: ComponentProps<'input'> & { compact?: boolean }) {
  return <input className={clsx(control, 'px-2.5', compact ? 'h-7 text-sm' : 'h-8', className)} {...rest} />
}

export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className="relative block">
      <select className={clsx(control, 'h-8 appearance-none py-0 pr-8 pl-2.5', className)} {...rest}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-ink-3"
      />
    </span>
  )
}

/** One of a few, each with its consequence beside it. */
export function Choices<Value extends string>({
  label,
  name,
  value,
  onChange,
  choices,
}: {
  label: string
  name: string
  value: Value | undefined
  onChange: (value: Value) => void
  choices: { value: Value; label: string; hint: ReactNode }[]
}) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className="flex cursor-pointer gap-2.5 rounded-md border border-line-strong px-3 py-2 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-focus"
        >
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={value === choice.value}
            onChange={() => onChange(choice.value)}
            className="mt-[3px] size-3.5 shrink-0 accent-accent outline-none"
          />
          <span className="min-w-0">
            <span className="block text-sm font-medium">{choice.label}</span>
            <span className="block text-xs text-ink-2">{choice.hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
