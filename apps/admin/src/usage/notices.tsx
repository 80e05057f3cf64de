import { BellRing } from 'lucide-react'
import { useRef, useState } from 'react'
import type { NoticePreference, NoticeRow } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { Choices } from '../ui/field.tsx'
import { Empty, Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { State, type Tone } from '../ui/pill.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'

const kinds: Record<NoticeRow['kind'], string> = {
  usage_warning: '80 % are used',
  usage_limit: 'Everything is used',
  usage_blocked: 'Nothing more is admitted',
  usage_renewed: 'It goes on again',
  payment_failed: 'A payment failed',
  payment_suspended: 'Paused for an open payment',
  payment_resumed: 'A payment arrived, it goes on',
}
const kindList = Object.keys(kinds) as NoticeRow['kind'][]

const states: Record<NoticeRow['state'], { tone: Tone; word: string }> = {
  pending: { tone: 'info', word: 'Under way' },
  sending: { tone: 'info', word: 'Under way' },
  sent: { tone: 'ok', word: 'Told' },
  skipped: { tone: 'neutral', word: 'Not told' },
  failed: { tone: 'bad', word: 'Failed' },
  undecided: { tone: 'warn', word: 'Not known whether it arrived' },
}

/** How an owner is told of his usage and payments, of what not, and what he was told. */
export function Notices({ customerId, refusal }: { customerId?: string; refusal?: string }) {
  const query = rpc.customers.notices.preference.useQuery({ customerId })
  const told = rpc.customers.notices.list.useQuery({ customerId, limit: 10 })
  return (
    <Panel title="Notices" flush>
      <div className="px-4 pb-4">
        <Loaded query={query} what="The preference" skeleton={<Skeleton className="h-40 rounded-md" />}>
          {(preference) => <Preference preference={preference} customerId={customerId} refusal={refusal} />}
        </Loaded>
      </div>
      <Loaded query={told} what="The notices" skeleton={<Skeleton className="m-4 h-12 rounded-md" />}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="border-t">
              <Empty compact icon={<BellRing />} title="Nothing was told yet">
                The first notice is sent at 80 % of a cap, or when a payment fails.
              </Empty>
            </div>
          ) : (
            <ul>
              {items.map((notice) => (
                <li
                  key={notice.id}
                  className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 border-t px-4 py-2 text-sm"
                >
                  <span className="font-medium">{kinds[notice.kind]}</span>
                  <span className="flex flex-wrap items-baseline gap-x-3">
                    <State tone={states[notice.state].tone}>
                      {states[notice.state].word}
                      {notice.state === 'sent' &&
                        notice.channel !== 'none' &&
                        ` by ${notice.channel === 'sms' ? 'SMS' : 'mail'}`}
                    </State>
                    <TimeAgo at={notice.sentAt ?? notice.createdAt} className="text-xs text-ink-3" />
                  </span>
                  {notice.reason && <span className="basis-full text-xs text-ink-2">{notice.reason}</span>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Preference({
  preference,
  customerId,
  refusal,
}: {
  preference: NoticePreference
  customerId: string | undefined
  refusal: string | undefined
}) {
  const utils = rpc.useUtils()
  const about = { customerId }
  const { preference: cached } = utils.customers.notices
  const last = useRef<NoticePreference>(undefined)
  // what was chosen stands on the page at once, and until what was read after it has come
  const [chosen, setChosen] = useState<NoticePreference>()
  const set = rpc.customers.notices.setPreference.useMutation({
    // what was chosen before the last choice is not what stands
    onSuccess: async (kept, sent) => {
      if (sent === last.current) await show(kept)
    },
    onSettled: async (_kept, _error, sent) => {
      await cached.invalidate(about)
      if (sent === last.current) setChosen(undefined)
    },
    // one after the other, so that the last choice is the one that is kept
    scope: { id: 'notice preference' },
  })
  /** An answer that was asked for earlier does not come after it. */
  const show = async (next: NoticePreference) => {
    await cached.cancel(about)
    cached.setData(about, next)
  }
  const choose = (next: NoticePreference) => {
    setChosen(next)
    void show(next)
    last.current = { ...about, ...next }
    set.mutate(last.current)
  }
  const { channel, muted } = chosen ?? preference
  return (
    <fieldset disabled={refusal !== undefined} className="grid gap-4 sm:grid-cols-2">
      <legend className="sr-only">How and of what the owner is told</legend>
      <Choices
        label="How"
        name={`notices ${customerId ?? 'own'}`}
        value={channel}
        onChange={(next) => choose({ channel: next, muted })}
        choices={[
          { value: 'email', label: 'By mail', hint: 'To the owner’s address.' },
          { value: 'sms', label: 'By SMS', hint: 'To the business’s phone; by mail where none is known.' },
          { value: 'none', label: 'Not at all', hint: 'Nobody is told that calls are about to stop.' },
        ]}
      />
      <fieldset disabled={channel === 'none'} className="grid content-start gap-1 disabled:opacity-60">
        <legend className="mb-1 text-sm font-medium">Of what</legend>
        {kindList.map((kind) => (
          <label key={kind} className="flex min-h-7 items-center gap-2.5 text-sm">
            <input
              type="checkbox"
              className="size-3.5 accent-accent"
              checked={!muted.includes(kind)}
              onChange={(event) =>
                choose({
                  channel,
                  muted: event.target.checked ? muted.filter((each) => each !== kind) : [...muted, kind],
                })
              }
            />
            {kinds[kind]}
          </label>
        ))}
      </fieldset>
      {refusal && <p className="text-xs text-ink-3 sm:col-span-2">{refusal}</p>}
      {set.error && (
        <Note tone="bad" live className="sm:col-span-2">
          {problemOf(set.error).message}
        </Note>
      )}
    </fieldset>
  )
}
