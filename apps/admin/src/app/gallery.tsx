import { BellRing, Plus, RotateCcw, Search, Webhook } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button, IconButton } from '../ui/button.tsx'
import { BytesView } from '../ui/bytes-view.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Id } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Choices, Field, Input, Select } from '../ui/field.tsx'
import { formatDuration, formatMicros } from '../ui/format.ts'
import { Keys } from '../ui/keys.tsx'
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx'
import { Meter } from '../ui/meter.tsx'
import { Empty, Failed, Note } from '../ui/notice.tsx'
import { Fact, Facts, Fold, Panel, Section } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'
import { Badge, Pill, State, type Tone } from '../ui/pill.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { Sparkline } from '../ui/sparkline.tsx'
import { Change, Stat, StatSkeleton } from '../ui/stat.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { toast } from '../ui/toast.tsx'
import { FruitTable, GalleryCharts, GalleryTable } from './gallery-data.tsx'
import { setTheme, useTheme } from './theme.ts'

const tones: Tone[] = ['neutral', 'ok', 'info', 'warn', 'bad', 'critical', 'accent']

function Shelf({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-3">
      <h2 className="text-lg font-semibold">{title}</h2>
      {children}
    </section>
  )
}

const failure = { message: 'The database does not answer.', requestId: 'req_8f3a21c0', onRetry: () => {} }

/** Every part of the screen in every state. Only in development. */
export function Gallery() {
  const { theme } = useTheme()
  const [choice, setChoice] = useState<'one' | 'two'>('one')
  const [dialog, setDialog] = useState(false)
  const [confirm, setConfirm] = useState(false)
  const now = new Date().toISOString()
  return (
    <main className="mx-auto grid max-w-5xl gap-10 p-6">
      <header className="flex items-center gap-4">
        <h1 className="flex-1 text-2xl font-semibold">Gallery</h1>
        <Button onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}>
          Switch to {theme === 'dark' ? 'light' : 'dark'}
        </Button>
      </header>
      <Shelf title="Buttons">
        {(['primary', 'secondary', 'ghost', 'danger'] as const).map((variant) => (
          <div key={variant} className="flex flex-wrap items-center gap-2">
            <Button variant={variant} size="small">
              Small
            </Button>
            <Button variant={variant}>
              <Plus aria-hidden className="size-4" /> Medium
            </Button>
            <Button variant={variant} size="large">
              Large
            </Button>
            <Button variant={variant} busy>
              Busy
            </Button>
            <Button variant={variant} disabled>
              Disabled
            </Button>
            <Button variant={variant} refused="Your role is viewer. This needs an operator.">
              Refused
            </Button>
            <IconButton variant={variant} label="Replay" keys="r">
              <RotateCcw aria-hidden className="size-4" />
            </IconButton>
          </div>
        ))}
      </Shelf>
      <Shelf title="Fields">
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="Plain" hint="What is meant.">
            {(described) => <Input {...described} placeholder="Placeholder" />}
          </Field>
          <Field label="Wrong" error="This is not a phone number">
            {(described) => <Input {...described} defaultValue="12" />}
          </Field>
          <Field label="Choice" optional>
            {(described) => (
              <Select {...described}>
                <option>First</option>
                <option>Second</option>
              </Select>
            )}
          </Field>
        </div>
        <Choices
          label="One of a few"
          name="gallery"
          value={choice}
          onChange={setChoice}
          choices={[
            { value: 'one', label: 'The first', hint: 'With its consequence.' },
            { value: 'two', label: 'The second', hint: 'With another one.' },
          ]}
        />
      </Shelf>
      <Shelf title="States">
        <div className="flex flex-wrap gap-2">
          {tones.map((tone) => (
            <Pill key={tone} tone={tone}>
              {tone}
            </Pill>
          ))}
          {[3, 42, 120].map((count) => (
            <Badge key={count} count={count} tone={count > 100 ? 'critical' : count > 10 ? 'bad' : 'neutral'} />
          ))}
        </div>
        <div className="flex flex-wrap gap-4 text-sm">
          {tones.map((tone) => (
            <State key={tone} tone={tone}>
              {tone}
            </State>
          ))}
        </div>
      </Shelf>
      <Shelf title="Values">
        <div className="flex flex-wrap items-center gap-6 text-sm">
          <TimeAgo at={now} />
          <TimeAgo at={new Date(Date.now() - 5e6).toISOString()} />
          <Phone number="+13125550101" />
          <Phone number="+442079460000" />
          <Phone number={null} />
          <Id id="whk_0198a3c2b7f07d1a9e5c3f4b5a6d7e8f" />
          <span className="figures">{formatDuration(3905)}</span>
          <span className="figures">{formatMicros(228_750)}</span>
          <Keys keys="mod+k" />
          <Keys keys="g w" />
        </div>
      </Shelf>
      <Shelf title="Numbers">
        <div className="grid gap-4 sm:grid-cols-3">
          <Stat
            label="Calls"
            value="1,204"
            unit="calls"
            chart={<Sparkline label="Calls" values={[1, 4, 3, null, null, 6, 9, 7]} className="size-full" />}
            below={<Change now={1204} before={1098} than="last week" good="up" />}
          />
          <Stat label="Failed" value="12" below={<Change now={12} before={4} than="last week" good="down" />} />
          <StatSkeleton />
        </div>
        <div className="grid gap-6 sm:grid-cols-2">
          <Meter size="large" label="Within" value={40} limit={100} held={12} />
          <Meter size="large" label="Warned" value={84} limit={100} tone="warn" />
          <Meter size="large" label="Over" value={123} limit={100} tone="critical" />
          <Meter label="Small" value={30} limit={100} />
        </div>
      </Shelf>
      <Shelf title="Charts">
        <GalleryCharts />
      </Shelf>
      <Shelf title="Table">
        <GalleryTable />
      </Shelf>
      <Shelf title="Blocks">
        <div className="grid gap-4 sm:grid-cols-2">
          <Panel title="Panel" actions={<Button size="small">Act</Button>}>
            <Facts>
              <Fact label="Name">Value</Fact>
              <Fact label="A longer name">Another value</Fact>
            </Facts>
          </Panel>
          <div className="rounded-lg border bg-surface">
            <Section title="Timeline">
              <Timeline>
                <Moment tone="ok" title="Received" at="12 s ago" />
                <Moment tone="warn" title="Failed" at="9 s ago">
                  The provider did not answer
                </Moment>
                <Moment title="Is tried again" />
              </Timeline>
            </Section>
            <Fold title="Folded" aside="3 kB">
              <BytesView body='{"event":"call_ended","n":184,"ok":true}' encoding="utf8" fileName="body.json" />
            </Fold>
          </div>
        </div>
        {(['info', 'ok', 'warn', 'bad'] as const).map((tone) => (
          <Note key={tone} tone={tone}>
            A sentence that belongs to this place.
          </Note>
        ))}
      </Shelf>
      <Shelf title="Nothing, waiting, failed">
        <div className="grid gap-4 sm:grid-cols-3">
          <FruitTable />
          <Panel flush>
            <Empty icon={<Webhook />} title="Nothing yet" action={<Button>Make it appear</Button>}>
              What will appear here, and how.
            </Empty>
          </Panel>
          <Panel flush>
            <SkeletonRows rows={6} />
            <Skeleton className="m-4 h-4 w-32" />
          </Panel>
          <Panel flush>
            <Failed title="The rows could not be loaded" {...failure} />
          </Panel>
          <Failed compact title="The preview could not be loaded" {...failure} />
        </div>
      </Shelf>
      <Shelf title="What floats">
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setDialog(true)}>Dialog</Button>
          <Button onClick={() => setConfirm(true)}>Confirm</Button>
          <Button onClick={() => toast.success('2 rows acknowledged', { description: 'By you, just now.' })}>
            Toast
          </Button>
          <Button onClick={() => toast.error('The row was not changed', { description: 'Somebody was faster.' })}>
            Toast of a failure
          </Button>
          <Menu trigger={<Button>Menu</Button>}>
            <MenuItem icon={<Search aria-hidden />} keys="/">
              Find
            </MenuItem>
            <MenuLine />
            <MenuItem icon={<BellRing aria-hidden />}>Tell me</MenuItem>
          </Menu>
        </div>
      </Shelf>
      <Dialog open={dialog} onOpenChange={setDialog} title="A dialog" description="What it is for.">
        <p className="text-sm">Its content.</p>
      </Dialog>
      <Confirm
        open={confirm}
        onOpenChange={setConfirm}
        title="End 3 sessions?"
        act="End 3 sessions"
        danger
        onConfirm={() => setConfirm(false)}
      >
        <p>Whoever uses them is signed out at once.</p>
      </Confirm>
    </main>
  )
}
