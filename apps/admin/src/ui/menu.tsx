import { clsx } from 'clsx'
import { Check } from 'lucide-react'
import { DropdownMenu, Popover as PopoverPrimitive } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { Keys } from './keys.tsx'

const box = 'z-50 animate-rise rounded-lg bg-raised p-1 shadow-float outline-none'
const row =
  'flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 text-sm text-ink outline-none data-[disabled]:text-ink-3 data-[highlighted]:bg-hover dark:data-[highlighted]:bg-line'

export function Menu({
  trigger,
  align = 'end',
  width = 'w-56',
  children,
}: {
  trigger: ReactElement
  align?: 'start' | 'end'
  width?: string
  children: ReactNode
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={clsx(
            box,
            width,
            'scroll-thin max-h-(--radix-dropdown-menu-content-available-height) overflow-auto',
          )}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export function MenuItem({
  icon,
  keys,
  onSelect,
  asChild,
  children,
}: {
  icon?: ReactNode
  keys?: string
  onSelect?: () => void
  asChild?: boolean
  children: ReactNode
}) {
  if (asChild)
    return (
      <DropdownMenu.Item asChild className={row}>
        {children}
      </DropdownMenu.Item>
    )
  return (
    <DropdownMenu.Item className={row} onSelect={onSelect}>
      {icon && <span className="text-ink-3 [&_svg]:size-4">{icon}</span>}
      <span className="flex-1">{children}</span>
      {keys && <Keys keys={keys} />}
    </DropdownMenu.Item>
  )
}

export function MenuChoices<Value extends string>({
  value,
  onChange,
  choices,
}: {
  value: Value
  onChange: (value: Value) => void
  choices: { value: Value; label: ReactNode; icon?: ReactNode }[]
}) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
      {choices.map((choice) => (
        <DropdownMenu.RadioItem key={choice.value} value={choice.value} className={row}>
          {choice.icon && <span className="text-ink-3 [&_svg]:size-4">{choice.icon}</span>}
          <span className="flex-1">{choice.label}</span>
          <DropdownMenu.ItemIndicator>
            <Check aria-hidden className="size-4 text-accent-ink" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}

export function MenuToggle({
  checked,
  onChange,
  children,
}: {
  checked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}) {
  return (
    <DropdownMenu.CheckboxItem
      className={row}
      checked={checked}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="flex-1">{children}</span>
      <DropdownMenu.ItemIndicator>
        <Check aria-hidden className="size-4 text-accent-ink" />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.CheckboxItem>
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-3">{children}</DropdownMenu.Label>
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 border-t" />
}

export function Popover({
  trigger,
  align = 'start',
  label,
  open,
  onOpenChange,
  className,
  children,
}: {
  trigger: ReactElement
  align?: 'start' | 'end'
  label: string
  open?: boolean
  onOpenChange?: (open: boolean) => void
  className?: string
  children: ReactNode
}) {
  return (
    <PopoverPrimitive.Root open={open} onOpenChange={onOpenChange}>
      <PopoverPrimitive.Trigger asChild>{trigger}</PopoverPrimitive.Trigger>
      <PopoverPrimitive.Portal>
        <PopoverPrimitive.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className={clsx(box, className)}
        >
          {children}
        </PopoverPrimitive.Content>
      </PopoverPrimitive.Portal>
    </PopoverPrimitive.Root>
  )
}

export const PopoverClose = PopoverPrimitive.Close
