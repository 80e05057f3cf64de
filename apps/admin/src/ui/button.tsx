import { cva, type VariantProps } from 'class-variance-authority'
import { clsx } from 'clsx'
import { LoaderCircle } from 'lucide-react'
import { Slot } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { Tip } from './tip.tsx'

const look = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-100 disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-accent text-on-accent hover:not-disabled:not-aria-disabled:bg-accent-hover',
        secondary: 'border border-line-strong bg-surface text-ink hover:not-disabled:not-aria-disabled:bg-hover',
        ghost: 'text-ink-2 hover:not-disabled:bg-hover hover:not-disabled:text-ink data-[state=open]:bg-hover',
        danger: 'bg-bad-solid text-on-accent hover:not-disabled:not-aria-disabled:brightness-110',
      },
      size: {
        small: 'h-7 px-2 text-sm',
        medium: 'h-8 px-3 text-sm',
        large: 'h-9 px-4 text-base',
        icon: 'size-8',
        'icon-small': 'size-7',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'medium' },
  },
)

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof look> & {
    asChild?: boolean
    busy?: boolean
    /** Why it cannot be pressed now. The button stays reachable, so that the reason can be read. */
    refused?: string
  }

export function Button({
  variant,
  size,
  asChild,
  busy = false,
  refused,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const classes = clsx(look({ variant, size }), className)
  if (asChild)
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    )
  const blocked = busy || refused !== undefined
  const button = (
    <button
      type="button"
      className={classes}
      aria-busy={busy || undefined}
      aria-disabled={blocked || undefined}
      {...rest}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {busy && <LoaderCircle aria-hidden className="size-3.5 animate-spin" />}
      {children}
    </button>
  )
  return refused ? <Tip label={refused}>{button}</Tip> : button
}

type IconButtonProps = Omit<ButtonProps, 'children' | 'asChild'> & { label: string; keys?: string; children: ReactNode }

/** A button that shows only an icon; its name is read aloud and shown on hover. */
export function IconButton({ label, keys, size = 'icon', variant = 'ghost', children, ...rest }: IconButtonProps) {
  return (
    <Tip label={label} keys={keys}>
      <Button aria-label={label} size={size} variant={variant} {...rest}>
        {children}
      </Button>
    </Tip>
  )
}
