import { Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'

export function NotFound() {
  return (
    <main className="pt-16">
      <Empty
        icon={<Compass />}
        title="There is no page at this address"
        action={
          <Button asChild>
            <Link to="/">Go to the overview</Link>
          </Button>
        }
      >
        The address may be mistyped, or what it named has moved.
      </Empty>
    </main>
  )
}
