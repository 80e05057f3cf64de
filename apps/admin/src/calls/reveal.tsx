import { Eye } from 'lucide-react'
import { problemOf, rpc } from '../app/rpc.ts'
import { useMe } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/notice.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'

/** Numbers in full and what was said, for who asks. That he did is written down. */
export function RevealCall({ id }: { id: string }) {
  const me = useMe()
  const reveal = rpc.calls.reveal.useMutation()
  const { data } = reveal
  if (data)
    return (
      <Section title="Revealed">
        <Facts>
          <Fact label="From">
            <Phone number={data.fromNumber} />
          </Fact>
          <Fact label="To">
            <Phone number={data.toNumber} />
          </Fact>
        </Facts>
        {data.transcript && (
          <p className="mt-3 rounded-lg bg-sunken px-3 py-2 text-sm break-words whitespace-pre-wrap">
            {data.transcript}
          </p>
        )}
        {me?.role !== 'sales' && !data.transcript && (
          <p className="mt-3 text-sm text-ink-2">No transcript is known of this call.</p>
        )}
      </Section>
    )
  return (
    <Section title={me?.role === 'sales' ? 'Numbers' : 'Numbers and transcript'}>
      {reveal.error && (
        <Note tone="bad" live className="mb-3">
          {problemOf(reveal.error).message}
        </Note>
      )}
      <Button
        busy={reveal.isPending}
        refused={me?.role === 'viewer' ? 'Your role is viewer. This needs sales or an operator.' : undefined}
        onClick={() => reveal.mutate({ id })}
      >
        <Eye aria-hidden className="size-3.5" />
        Reveal
      </Button>
      <p className="mt-1.5 text-xs text-ink-3">That you look is written to the audit log.</p>
    </Section>
  )
}
