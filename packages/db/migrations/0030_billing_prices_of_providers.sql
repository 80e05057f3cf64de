ALTER TABLE "billing_line_items" ADD COLUMN "unpriced" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "billing_payments" ADD COLUMN "lost_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "call_events" ADD COLUMN "listed_cost_micros" bigint;--> statement-breakpoint
ALTER TABLE "sms_events" ADD COLUMN "listed_cost_micros" bigint;--> statement-breakpoint
-- no provider has been asked what its texts cost: unknown, and not nothing. A closed line never changes
UPDATE billing_line_items AS line SET unpriced = texts.count FROM (
  SELECT rated.line_id, count(DISTINCT entry.event_id)::integer AS count
  FROM billing_line_entries AS rated JOIN usage_entries AS entry ON entry.id = rated.entry_id
  WHERE entry.meter = 'sms_segments' AND entry.kind <> 'adjustment' GROUP BY rated.line_id
) AS texts WHERE texts.line_id = line.id AND line.state = 'open';
