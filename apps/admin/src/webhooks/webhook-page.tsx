import { Link, useParams } from '@tanstack/react-router'
import { FullPage } from '../app/full-page.tsx'
import { WebhookDetail } from './webhook-detail.tsx'

export function WebhookPage() {
  const { webhookId } = useParams({ from: '/shell/webhooks/$webhookId/full' })
  return (
    <FullPage
      title="Webhook"
      back={
        <Link to="/webhooks/$webhookId" params={{ webhookId }}>
          All webhooks
        </Link>
      }
    >
      <WebhookDetail id={webhookId} />
    </FullPage>
  )
}
