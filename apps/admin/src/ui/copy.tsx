import { clsx } from 'clsx'
import { Check, Copy as CopyIcon } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { shortId } from './format.ts'

/** The clipboard exists only on secure origins; a hidden field serves the others. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  field.style.position = 'fixed'
  field.style.opacity = '0'
  document.body.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}

/** Whether it was copied a moment ago, and how to copy it. */
function useCopy(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () =>
    void copyText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  return [copied, copy]
}

/** A button that copies something which is not shown. */
export function CopyAction({ text, children }: { text: string; children: ReactNode }) {
  const [copied, copy] = useCopy(text)
  return (
    <Button size="small" onClick={copy}>
      {copied ? <Check aria-hidden className="size-3.5 text-ok-ink" /> : <CopyIcon aria-hidden className="size-3.5" />}
      <span aria-live="polite">{copied ? 'Copied' : children}</span>
    </Button>
  )
}

export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [copied, copy] = useCopy(text)
  return (
    <button
      type="button"
      aria-label={copied ? 'Copied' : label}
      title={label}
      onClick={(event) => {
        event.stopPropagation()
        event.preventDefault()
        copy()
      }}
      className={clsx(
        'relative z-10 inline-flex size-5 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink',
        className,
      )}
    >
      {copied ? <Check aria-hidden className="size-3 text-ok-ink" /> : <CopyIcon aria-hidden className="size-3" />}
    </button>
  )
}

/** Something that can be copied: the button shows on hover and focus, and always where nothing hovers. */
export function Copyable({
  text,
  label,
  className,
  children,
}: {
  text: string
  label: string
  className?: string
  children: ReactNode
}) {
  return (
    <span className={clsx('group/copy inline-flex max-w-full min-w-0 items-center gap-1', className)}>
      <span className="truncate">{children}</span>
      <CopyButton
        text={text}
        label={label}
        className="opacity-0 focus-visible:opacity-100 group-hover/copy:opacity-100 [@media(hover:none)]:opacity-100"
      />
    </span>
  )
}

export function Id({ id, whole = false, className }: { id: string; whole?: boolean; className?: string }) {
  return (
    <Copyable text={id} label={`Copy ${id}`} className={clsx('font-mono text-xs', className)}>
      {whole ? id : shortId(id)}
    </Copyable>
  )
}
