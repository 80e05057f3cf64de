import { Toaster as Sonner, toast } from 'sonner'

export { toast }

export function Toaster({ theme }: { theme: 'light' | 'dark' }) {
  return (
    <Sonner
      theme={theme}
      position="bottom-right"
      gap={8}
      offset={16}
      mobileOffset={12}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-full items-start gap-2.5 rounded-lg bg-raised px-3.5 py-3 text-sm text-ink shadow-float sm:w-[356px]',
          title: 'font-medium',
          description: 'text-ink-2',
          icon: 'mt-0.5 shrink-0 [&_svg]:size-4',
          success: '[&_[data-icon]]:text-ok-ink',
          error: '[&_[data-icon]]:text-bad-ink',
          actionButton:
            'ml-auto shrink-0 rounded-md border border-line-strong px-2 py-1 text-xs font-medium hover:bg-hover',
        },
      }}
    />
  )
}
