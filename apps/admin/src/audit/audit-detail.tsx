import { Link } from '@tanstack/react-router'
import { actorName } from '../app/actor-name.ts'
import type { AuditRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { formatWords } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { actWords } from './words.ts'

/** One act: what was so before and is so since. */
export function AuditDetail({ row, onClose }: { row: AuditRow; onClose: () => void }) {
  const names = [...new Set([...Object.keys(row.before ?? {}), ...Object.keys(row.after ?? {})])]
  return (
    <DetailFrame
      title={actWords(row.action)}
      sub={
        <>
          <span>by {actorName(row.actor).name}</span>
          <TimeAgo at={row.at} />
          <Id id={row.id} />
        </>
      }
      onClose={onClose}
    >
      <Section title="What changed">
        {names.length === 0 ? (
          <p className="text-sm text-ink-2">The act itself is all there is to say.</p>
        ) : (
          <table className="w-full text-sm">
            <thead>
              <tr className="text-left text-xs text-ink-3">
                <th scope="col" className="py-1 font-medium">
                  What
                </th>
                <th scope="col" className="py-1 font-medium">
                  Before
                </th>
                <th scope="col" className="py-1 font-medium">
                  After
                </th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name} className="border-t align-top">
                  <th scope="row" className="py-1.5 pr-3 text-left font-normal text-ink-2">
                    {formatWords(name)}
                  </th>
                  <td className="py-1.5 pr-3 break-words">{shown(row.before, name)}</td>
                  <td className="py-1.5 break-words">{shown(row.after, name)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      <Section title="Facts">
        <Facts>
          <Fact label="By">{row.actor}</Fact>
          <Fact label="On">
            <Copyable text={row.subject} label="Copy the subject" className="font-mono text-xs">
              {row.subject}
            </Copyable>
          </Fact>
          {row.customerId && (
            <Fact label="Customer">
              <Link
                to="/customers/$customerId"
                params={{ customerId: row.customerId }}
                className="text-accent-ink hover:underline"
              >
                Open the customer
              </Link>
            </Fact>
          )}
          <Fact label="From">{row.address ?? <span className="text-ink-3">Inside</span>}</Fact>
          <Fact label="Request">
            <Copyable text={row.requestId} label="Copy the request id" className="font-mono text-xs">
              {row.requestId}
            </Copyable>
          </Fact>
        </Facts>
      </Section>
    </DetailFrame>
  )
}

function shown(facts: AuditRow['before'], name: string) {
  if (!facts || !(name in facts)) return <span className="text-ink-3">—</span>
  const value = facts[name]
  return value === null ? <span className="text-ink-3">nothing</span> : String(value)
}
