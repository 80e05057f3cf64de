import { clsx } from 'clsx'
import { CircleAlert, Info, RotateCw, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { CopyButton } from './copy.tsx'

/** What will appear here, and how to make it appear. */
export function Empty({
  icon,
  title,
  compact = false,
  children,
  action,
}: {
  icon: ReactNode
  /** Inside a block of a page, rather than in place of one. */
  compact?: boolean
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div
      className={clsx('flex flex-col items-center justify-center gap-1.5 px-6 text-center', compact ? 'py-8' : 'py-16')}
    >
      <div
        aria-hidden
        className="mb-2 flex size-10 items-center justify-center rounded-lg border bg-surface text-ink-3 [&_svg]:size-5"
      >
        {icon}
      </div>
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="max-w-md text-sm text-ink-2">{children}</div>}
      {action && <div className="mt-3 flex gap-2">{action}</div>}
    </div>
  )
}

/** What failed, in the server's own sentence, with a way on and the id that finds it in the logs. */
export function Failed({
  title,
  message,
  requestId,
  onRetry,
  onClose,
  retrying = false,
  compact = false,
}: {
  title: string
  message: string
  requestId?: string
  onRetry?: () => void
  onClose?: (() => void) | undefined
  retrying?: boolean
  /** Among the rest of a dialog, rather than in place of a page or a block of it. */
  compact?: boolean
}) {
  const retry = onRetry && (
    <Button size={compact ? 'small' : 'medium'} onClick={onRetry} busy={retrying}>
      {!retrying && <RotateCw aria-hidden className="size-3.5" />}
      Try again
    </Button>
  )
  const request = requestId && (
    <p className={clsx('flex items-center gap-1 text-xs', !compact && 'mt-2 text-ink-3')}>
      Request <span className="font-mono">{requestId}</span>
      <CopyButton text={requestId} label="Copy the request id" />
    </p>
  )
  if (compact)
    return (
      <Note tone="bad" live>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <div className="min-w-48 flex-1">
            <p className="font-medium">{title}</p>
            <p>{message}</p>
            {request}
          </div>
          {retry}
        </div>
      </Note>
    )
  return (
    <div role="alert" className="flex flex-col items-center justify-center gap-1.5 px-6 py-16 text-center">
      <div
        aria-hidden
        className="mb-2 flex size-10 items-center justify-center rounded-lg border border-bad-line bg-bad-soft text-bad-ink"
      >
        <TriangleAlert className="size-5" />
      </div>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="max-w-md text-sm text-ink-2">{message}</p>
      {(retry || onClose) && (
        <div className="mt-3 flex gap-2">
          {onClose && <Button onClick={onClose}>Close</Button>}
          {retry}
        </div>
      )}
      {request}
    </div>
  )
}

const looks = {
  info: 'border-info-line bg-info-soft text-info-ink',
  ok: 'border-ok-line bg-ok-soft text-ok-ink',
  warn: 'border-warn-line bg-warn-soft text-warn-ink',
  bad: 'border-bad-line bg-bad-soft text-bad-ink',
}

/** A sentence that belongs to the place where it stands. */
export function Note({
  tone = 'info',
  children,
  className,
  live = false,
}: {
  tone?: keyof typeof looks
  children: ReactNode
  className?: string
  live?: boolean
}) {
  const Icon = tone === 'info' || tone === 'ok' ? Info : CircleAlert
  return (
    <div
      role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}
      className={clsx('flex gap-2 rounded-md border px-3 py-2 text-sm', looks[tone], className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">{children}</div>
    </div>
  )
}
