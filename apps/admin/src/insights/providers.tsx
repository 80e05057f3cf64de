import type { Overview } from '../app/contract.ts'
import { formatWords } from '../ui/format.ts'
import { State, type Tone } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'

type Provider = Overview['providers'][number]

const states: Record<Provider['state'], { tone: Tone; word: string }> = {
  healthy: { tone: 'ok', word: 'Healthy' },
  degraded: { tone: 'warn', word: 'Degraded' },
  down: { tone: 'bad', word: 'Down' },
  not_configured: { tone: 'neutral', word: 'Not configured' },
}

const circuits: Record<Provider['circuit'], string | undefined> = {
  closed: undefined,
  open: 'our calls are paused',
  half_open: 'our calls are tried again',
}

export function Providers({ providers }: { providers: Provider[] }) {
  return (
    <ul>
      {providers.map((provider) => (
        <li
          key={`${provider.provider} ${provider.component}`}
          className="flex flex-wrap items-center gap-x-3 border-t px-4 py-2 text-sm"
        >
          <span className="font-medium">{formatWords(provider.provider)}</span>
          <span className="text-ink-2">{provider.component}</span>
          <span className="ml-auto flex flex-wrap items-center gap-x-3">
            <span className="text-xs text-ink-3">
              {provider.lastEventAt ? (
                <>
                  heard <TimeAgo at={provider.lastEventAt} />
                </>
              ) : (
                'never heard'
              )}
            </span>
            <State tone={states[provider.state].tone}>
              {states[provider.state].word}
              {circuits[provider.circuit] && `, ${circuits[provider.circuit]}`}
            </State>
          </span>
        </li>
      ))}
    </ul>
  )
}
