import { CopyButton } from './copy.tsx'

/** A secret that stands here and nowhere else. */
export function ShownSecret({ label, secret }: { label: string; secret: string }) {
  return (
    <p className="flex items-center gap-2 rounded-md border px-3 py-2">
      <output aria-label={label} className="min-w-0 flex-1 font-mono text-sm break-all">
        {secret}
      </output>
      <CopyButton text={secret} label={`Copy ${label.toLowerCase()}`} />
    </p>
  )
}
