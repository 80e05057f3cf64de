import { Download } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Note } from '../ui/notice.tsx'
import { saveFile } from '../ui/save-file.ts'

/** What stands in for the app when it is lost. They are shown once. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const text = `${codes.join('\n')}\n`
  return (
    <div className="grid gap-3">
      <Note tone="warn">
        Keep these recovery codes where your phone is not. Each signs you in once when the app is lost. They are not
        shown again.
      </Note>
      <ul aria-label="Recovery codes" className="grid gap-x-6 gap-y-1 rounded-md border px-3 py-2 sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code} className="font-mono text-sm">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => saveFile('trunkline-recovery-codes.txt', new Blob([text], { type: 'text/plain' }))}>
          <Download aria-hidden className="size-3.5" />
          Save as a file
        </Button>
        <span className="inline-flex items-center gap-1 text-sm text-ink-2">
          Copy <CopyButton text={text} label="Copy the recovery codes" />
        </span>
        <span className="flex-1" />
        <Button variant="primary" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </div>
  )
}
