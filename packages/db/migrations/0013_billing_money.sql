CREATE TABLE "billing_accounts" (
	"customer_id" uuid PRIMARY KEY NOT NULL,
	"state" text DEFAULT 'none' NOT NULL,
	"stripe_customer_id" text,
	"stripe_subscription_id" text,
	"subscription_item_id" text,
	"subscription_status" text,
	"tier" text,
	"subscription_period_end" timestamp (3) with time zone,
	"cancel_at" timestamp (3) with time zone,
	"past_due_since" timestamp (3) with time zone,
	"suspended_at" timestamp (3) with time zone,
	"upcoming_cents" bigint,
	"upcoming_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "billing_accounts_stripe_customer_is_one" UNIQUE("stripe_customer_id"),
	CONSTRAINT "billing_accounts_state_is_known" CHECK ("billing_accounts"."state" in ('none', 'active', 'past_due', 'suspended', 'canceled')),
	CONSTRAINT "billing_accounts_tier_is_known" CHECK ("billing_accounts"."tier" in ('core', 'pro', 'elite', 'scale')),
	CONSTRAINT "billing_accounts_suspended_say_when" CHECK (("billing_accounts"."state" = 'suspended') = ("billing_accounts"."suspended_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "billing_deadlines" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"stripe_invoice_id" text NOT NULL,
	"kind" text NOT NULL,
	"day" integer NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"lease_generation" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "billing_deadlines_stand_once" UNIQUE("stripe_invoice_id","kind","day"),
	CONSTRAINT "billing_deadlines_kind_is_known" CHECK ("billing_deadlines"."kind" in ('remind', 'suspend')),
	CONSTRAINT "billing_deadlines_state_is_known" CHECK ("billing_deadlines"."state" in ('waiting', 'done', 'superseded', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "billing_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"event_id" text NOT NULL,
	"customer_id" uuid,
	"webhook_id" uuid,
	"type" text NOT NULL,
	"names" text[] NOT NULL,
	"fact" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "billing_events_said_once" UNIQUE("event_id")
);
--> statement-breakpoint
CREATE TABLE "billing_invoices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"stripe_invoice_id" text NOT NULL,
	"status" text NOT NULL,
	"number" text,
	"amount_due_cents" bigint NOT NULL,
	"amount_paid_cents" bigint NOT NULL,
	"currency" text NOT NULL,
	"attempts" integer NOT NULL,
	"period_start" timestamp (3) with time zone,
	"period_end" timestamp (3) with time zone,
	"failed_at" timestamp (3) with time zone,
	"paid_at" timestamp (3) with time zone,
	"next_attempt_at" timestamp (3) with time zone,
	"url" text,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "billing_invoices_stand_once" UNIQUE("stripe_invoice_id"),
	CONSTRAINT "billing_invoices_status_is_known" CHECK ("billing_invoices"."status" in ('draft', 'open', 'uncollectible', 'void', 'paid'))
);
--> statement-breakpoint
CREATE TABLE "billing_line_entries" (
	"entry_id" uuid PRIMARY KEY NOT NULL,
	"line_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing_line_items" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"period_end" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"meter" text,
	"source_key" text NOT NULL,
	"tier_snapshot_id" uuid NOT NULL,
	"quantity" bigint NOT NULL,
	"unit_price_micros" bigint NOT NULL,
	"amount_cents" bigint NOT NULL,
	"provider_cost_micros" bigint DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"from_entry" uuid,
	"to_entry" uuid,
	"corrects_line_id" uuid,
	"payment_id" uuid,
	"tier_change_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "billing_line_items_stand_once" UNIQUE("source_key"),
	CONSTRAINT "billing_line_items_kind_is_known" CHECK ("billing_line_items"."kind" in ('fee', 'proration', 'usage', 'topup', 'refund')),
	CONSTRAINT "billing_line_items_meter_is_known" CHECK ("billing_line_items"."meter" in ('call_seconds', 'sms_segments')),
	CONSTRAINT "billing_line_items_state_is_known" CHECK ("billing_line_items"."state" in ('open', 'closed')),
	CONSTRAINT "billing_line_items_usage_has_a_meter" CHECK ("billing_line_items"."kind" <> 'usage' or "billing_line_items"."meter" is not null),
	CONSTRAINT "billing_line_items_closed_say_when" CHECK (("billing_line_items"."state" = 'closed') = ("billing_line_items"."closed_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "billing_marks" (
	"name" text PRIMARY KEY NOT NULL,
	"through_id" uuid NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing_names" (
	"name" text PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing_payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"checkout_session_id" text NOT NULL,
	"payment_intent_id" text,
	"topup_key" text,
	"meter" text,
	"quantity" bigint,
	"amount_cents" bigint NOT NULL,
	"refunded_cents" bigint DEFAULT 0 NOT NULL,
	"disputed_cents" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"state" text NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"credited_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "billing_payments_stand_once" UNIQUE("checkout_session_id"),
	CONSTRAINT "billing_payments_state_is_known" CHECK ("billing_payments"."state" in ('open', 'expired', 'paid', 'refunded', 'disputed')),
	CONSTRAINT "billing_payments_meter_is_known" CHECK ("billing_payments"."meter" in ('call_seconds', 'sms_segments')),
	CONSTRAINT "billing_payments_credited_is_paid" CHECK ("billing_payments"."credited_at" is null or "billing_payments"."paid_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "billing_rates" (
	"tier_snapshot_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"unit_price_micros" bigint NOT NULL,
	CONSTRAINT "billing_rates_tier_snapshot_id_meter_pk" PRIMARY KEY("tier_snapshot_id","meter"),
	CONSTRAINT "billing_rates_meter_is_known" CHECK ("billing_rates"."meter" in ('call_seconds', 'sms_segments')),
	CONSTRAINT "billing_rates_are_not_negative" CHECK ("billing_rates"."unit_price_micros" >= 0)
);
--> statement-breakpoint
CREATE TABLE "billing_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"topup_key" text,
	"tier" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"url" text,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_generation" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"requested_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "billing_requests_kind_is_known" CHECK ("billing_requests"."kind" in ('topup', 'subscribe', 'change', 'portal')),
	CONSTRAINT "billing_requests_state_is_known" CHECK ("billing_requests"."state" in ('pending', 'ready', 'failed')),
	CONSTRAINT "billing_requests_tier_is_known" CHECK ("billing_requests"."tier" in ('core', 'pro', 'elite', 'scale'))
);
--> statement-breakpoint
ALTER TABLE "webhook_sources" DROP CONSTRAINT "webhook_sources_provider_is_known";--> statement-breakpoint
ALTER TABLE "billing_accounts" ADD CONSTRAINT "billing_accounts_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_deadlines" ADD CONSTRAINT "billing_deadlines_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_invoices" ADD CONSTRAINT "billing_invoices_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_line_items" ADD CONSTRAINT "billing_line_items_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_line_items" ADD CONSTRAINT "billing_line_items_tier_snapshot_id_tier_snapshots_id_fk" FOREIGN KEY ("tier_snapshot_id") REFERENCES "public"."tier_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_names" ADD CONSTRAINT "billing_names_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_payments" ADD CONSTRAINT "billing_payments_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_rates" ADD CONSTRAINT "billing_rates_tier_snapshot_id_tier_snapshots_id_fk" FOREIGN KEY ("tier_snapshot_id") REFERENCES "public"."tier_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_requests" ADD CONSTRAINT "billing_requests_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "billing_accounts_by_state" ON "billing_accounts" USING btree ("state","customer_id");--> statement-breakpoint
CREATE INDEX "billing_deadlines_waiting" ON "billing_deadlines" USING btree ("due_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "billing_deadlines_by_customer" ON "billing_deadlines" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "billing_events_by_customer" ON "billing_events" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "billing_events_of_nobody" ON "billing_events" USING btree ("id") WHERE customer_id is null;--> statement-breakpoint
CREATE INDEX "billing_invoices_by_customer" ON "billing_invoices" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "billing_line_entries_by_line" ON "billing_line_entries" USING btree ("line_id","entry_id");--> statement-breakpoint
CREATE UNIQUE INDEX "billing_line_items_one_follows" ON "billing_line_items" USING btree ("customer_id","period_start","meter") WHERE state = 'open' and kind = 'usage';--> statement-breakpoint
CREATE INDEX "billing_line_items_by_customer" ON "billing_line_items" USING btree ("customer_id","period_start","id");--> statement-breakpoint
CREATE INDEX "billing_line_items_open" ON "billing_line_items" USING btree ("period_end") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "billing_names_by_customer" ON "billing_names" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "billing_payments_by_customer" ON "billing_payments" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "billing_requests_by_customer" ON "billing_requests" USING btree ("customer_id","id");--> statement-breakpoint
ALTER TABLE "webhook_sources" ADD CONSTRAINT "webhook_sources_provider_is_known" CHECK ("webhook_sources"."provider" in ('retell', 'twilio', 'stripe'));--> statement-breakpoint
GRANT SELECT, INSERT ON billing_events, billing_names, billing_line_entries, billing_rates TO trunkline_app;
--> statement-breakpoint
-- what Stripe said never changes: only whose it is may become known
GRANT UPDATE (customer_id) ON billing_events TO trunkline_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON
  billing_accounts, billing_invoices, billing_payments, billing_line_items, billing_marks, billing_deadlines, billing_requests
TO trunkline_app;
--> statement-breakpoint
-- what an owner reads of his own
GRANT SELECT ON billing_accounts, billing_invoices, billing_payments, billing_line_items, billing_deadlines, billing_requests, billing_rates
TO trunkline_owner;
--> statement-breakpoint
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY[
    'billing_events', 'billing_names', 'billing_accounts', 'billing_invoices', 'billing_payments', 'billing_line_items',
    'billing_line_entries', 'billing_deadlines', 'billing_requests'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY application_sees_all ON %I TO trunkline_app USING (true) WITH CHECK (true)', guarded);
    EXECUTE format(
      'CREATE POLICY owner_sees_own ON %I TO trunkline_owner USING (customer_id = nullif(current_setting(%L, true), %L)::uuid)',
      guarded, 'trunkline.customer_id', ''
    );
  END LOOP;
END
$$;
--> statement-breakpoint
-- a line of a closed period is evidence: whoever wants another figure writes another line
CREATE FUNCTION refuse_change_of_closed_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION 'a closed line never changes' USING ERRCODE = '23514';
END
$$;
--> statement-breakpoint
CREATE TRIGGER billing_line_items_closed_never_change BEFORE UPDATE ON billing_line_items
FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change_of_closed_line();
