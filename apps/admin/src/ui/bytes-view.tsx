import { clsx } from 'clsx'
import { Download, WrapText } from 'lucide-react'
import { useMemo, useState } from 'react'
import { IconButton } from './button.tsx'
import { CopyButton } from './copy.tsx'
import { JsonTree, readJson } from './json-tree.tsx'
import { saveFile } from './save-file.ts'

type Face = 'read' | 'raw' | 'hex'

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

function asHex(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.slice(at, at + 16)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`)
  }
  return lines.join('\n')
}

type Readable = { kind: 'json'; value: unknown } | { kind: 'form'; text: string }

/** More is not laid out at once: the page would stand still meanwhile. */
const mostShown = { hex: 65_536, text: 262_144 }

/** JSON as a tree, a form one field a line; undefined where the bytes are neither. */
function readable(text: string): Readable | undefined {
  const json = readJson(text)
  if (json !== undefined) return { kind: 'json', value: json.value }
  if (!/^[^\s={}]+=[^{}\s]*$/.test(text)) return undefined
  const fields = [...new URLSearchParams(wholeFields(text))]
  const width = fields.reduce((widest, [name]) => Math.min(24, Math.max(widest, name.length)), 0)
  return { kind: 'form', text: fields.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n') }
}

function wholeFields(text: string): string {
  if (text.length <= mostShown.text) return text
  const end = text.lastIndexOf('&', mostShown.text)
  return text.slice(0, end > 0 ? end : mostShown.text)
}

/** Bytes as they came, and as a person reads them. */
export function BytesView({
  body,
  encoding,
  fileName,
}: {
  body: string
  encoding: 'utf8' | 'base64'
  fileName: string
}) {
  const bytes = useMemo(
    () => (encoding === 'base64' ? fromBase64(body) : new TextEncoder().encode(body)),
    [body, encoding],
  )
  const read = useMemo(() => (encoding === 'utf8' ? readable(body) : undefined), [body, encoding])
  const faces: Face[] = encoding === 'base64' ? ['hex'] : read ? ['read', 'raw', 'hex'] : ['raw', 'hex']
  const [chosen, setChosen] = useState<Face>()
  const face = chosen && faces.includes(chosen) ? chosen : (faces[0] ?? 'raw')
  const [wrap, setWrap] = useState(true)
  const shown = useMemo(() => {
    if (face === 'hex') return asHex(bytes.slice(0, mostShown.hex))
    if (face === 'raw') return body.slice(0, mostShown.text)
    return read?.kind === 'form' ? read.text : body
  }, [face, bytes, read, body])
  const isTree = face === 'read' && read?.kind === 'json'
  const most = mostShown[face === 'hex' ? 'hex' : 'text']
  const faceNames: Record<Face, string> = { read: read?.kind === 'form' ? 'Form' : 'JSON', raw: 'Raw', hex: 'Hex' }

  const download = () => saveFile(fileName, new Blob([bytes]))

  if (bytes.length === 0) return <p className="text-sm text-ink-2">The body is empty.</p>
  return (
    <div className="overflow-hidden rounded-md border">
      <div className="flex items-center gap-1 border-b bg-sunken px-1.5 py-1">
        {faces.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === face}
            onClick={() => setChosen(each)}
            className={clsx(
              'h-6 rounded-sm px-2 text-xs font-medium',
              each === face ? 'bg-surface text-ink shadow-float' : 'text-ink-2 hover:text-ink',
            )}
          >
            {faceNames[each]}
          </button>
        ))}
        <span className="flex-1" />
        <IconButton
          label={wrap ? 'Do not wrap lines' : 'Wrap lines'}
          size="icon-small"
          aria-pressed={wrap}
          onClick={() => setWrap(!wrap)}
        >
          <WrapText aria-hidden className="size-3.5" />
        </IconButton>
        <IconButton label="Download the bytes" size="icon-small" onClick={download}>
          <Download aria-hidden className="size-3.5" />
        </IconButton>
        <CopyButton text={shown} label="Copy what is shown" className="mx-1" />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className={clsx(
          'scroll-thin max-h-[480px] overflow-auto p-3 font-mono text-xs/5 focus-visible:outline-offset-[-2px]',
          wrap && face !== 'hex' ? 'break-all whitespace-pre-wrap' : 'whitespace-pre',
        )}
      >
        {isTree ? <JsonTree value={read.value} /> : shown}
      </pre>
      {!isTree && bytes.length > most && (
        <p className="border-t px-3 py-1.5 text-xs text-ink-2">
          The first {most / 1024} kB. Download the bytes to see the rest.
        </p>
      )}
    </div>
  )
}
