import { AlertDialog } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { Button } from './button.tsx'
import { useReturnFocus } from './return-focus.ts'

/** Asks once. The button says the act; what cannot be undone stands above it. */
export function Confirm({
  open,
  onOpenChange,
  title,
  children,
  act,
  danger = false,
  busy = false,
  onConfirm,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  children: ReactNode
  act: string
  danger?: boolean
  busy?: boolean
  onConfirm: () => void
}) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Floating className="fixed inset-x-3 top-[min(20vh,160px)] z-50 mx-auto max-w-md animate-rise rounded-lg bg-raised p-5 shadow-float outline-none">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="mt-2 grid gap-2 text-sm text-ink-2">{children}</div>
          </AlertDialog.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialog.Cancel>
            <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
              {act}
            </Button>
          </div>
        </Floating>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

function Floating(props: ComponentProps<typeof AlertDialog.Content>) {
  return <AlertDialog.Content {...props} onCloseAutoFocus={useReturnFocus()} />
}
