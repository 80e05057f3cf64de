import { clsx } from 'clsx'
import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import { type ComponentProps, createContext, type ReactNode, useContext } from 'react'
import { IconButton } from './button.tsx'
import { useReturnFocus } from './return-focus.ts'

const InDialog = createContext(false)
/** Whether this stands in a dialog, among what else it asks: there is little room. */
export const useIsInDialog = () => useContext(InDialog)

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  wide = false,
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Floating
          {...(description ? {} : { 'aria-describedby': undefined })}
          // the reader starts at the top; a field that wants the focus has it already
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          className={clsx(
            'fixed inset-x-3 top-[min(12vh,96px)] z-50 mx-auto flex max-h-[calc(100dvh-min(12vh,96px)-12px)] animate-rise flex-col rounded-lg bg-raised shadow-float outline-none',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              {description && (
                <Primitive.Description asChild>
                  <div className="mt-0.5 text-sm text-ink-2">{description}</div>
                </Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <IconButton label="Close" size="icon-small" className="-mr-1.5">
                <X aria-hidden className="size-4" />
              </IconButton>
            </Primitive.Close>
          </header>
          <div className="scroll-thin min-h-0 overflow-y-auto px-5 pb-5">
            <InDialog value>{children}</InDialog>
          </div>
        </Floating>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

function Floating(props: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content {...props} onCloseAutoFocus={useReturnFocus()} />
}

/** The row of buttons that ends a dialog or a form. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap items-center justify-end gap-2">{children}</div>
}

/** A panel that slides in over the page from one side. */
export function Sheet({
  open,
  onOpenChange,
  title,
  side = 'left',
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  side?: 'left' | 'right'
  children: ReactNode
}) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Primitive.Content
          aria-describedby={undefined}
          className={clsx(
            'fixed inset-y-0 z-50 flex flex-col bg-surface shadow-float outline-none',
            side === 'left' ? 'left-0 w-64 animate-sheet' : 'right-0 w-full max-w-[640px] animate-slide',
          )}
        >
          <Primitive.Title className="sr-only">{title}</Primitive.Title>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
