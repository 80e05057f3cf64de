import { Radio } from 'lucide-react'
import { Empty } from '../ui/notice.tsx'
import { Dot } from '../ui/pill.tsx'

/** Why no row is there. */
export function NothingYet({ phase }: { phase: string }) {
  const [title, words] =
    phase === 'paused'
      ? ['Paused', 'Resume to see what came in since.']
      : phase === 'refused'
        ? ['It does not listen', 'What was asked for is refused, as it says above.']
        : ['Nothing has come in yet', 'Every webhook that is stored from now on appears here within a second.']
  return (
    <Empty icon={<Radio />} title={title}>
      {words}
    </Empty>
  )
}

/** How many came stands in the title: told here, each would be read out. */
export function Phase({ phase, why }: { phase: string; why: string | null }) {
  if (phase === 'listening')
    return (
      <>
        <Dot tone="ok" />
        <span>Listening.</span>
      </>
    )
  return (
    <>
      <Dot tone={phase === 'refused' ? 'bad' : 'warn'} />
      <span className="min-w-0 max-sm:flex-1">
        {phase === 'opening' ? 'Opening…' : phase === 'refused' ? why : `Reconnecting: ${why}. None is lost.`}
      </span>
    </>
  )
}
