import { useState } from 'react'
import { saveFile } from '../ui/save-file.ts'
import { toast } from '../ui/toast.tsx'

/** Hands everything about a customer or a number to the reader's downloads. */
export function useExport() {
  const [busy, setBusy] = useState(false)
  async function run(about: { customerId: string } | { phoneNumber: string }): Promise<void> {
    setBusy(true)
    try {
      const answer = await fetch('/api/admin/privacy/export', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(about),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(text)
      // the last line tells that nothing is missing
      if (!text.trimEnd().endsWith('}') || !/"end":true,"rows":\d+}\s*$/.test(text)) throw new Error('It broke off')
      saveFile('export.jsonl', new Blob([text], { type: 'application/x-ndjson' }))
      toast.success('Everything that is held is in export.jsonl')
    } catch {
      toast.error('The export did not arrive whole', { description: 'Nothing was saved. Try again.' })
    } finally {
      setBusy(false)
    }
  }
  return { run, busy }
}
