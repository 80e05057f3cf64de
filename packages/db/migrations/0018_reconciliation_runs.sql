CREATE TABLE "reconciliation_differences" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"level" integer NOT NULL,
	"class" text NOT NULL,
	"customer_id" uuid,
	"provider" text,
	"kind" text,
	"provider_id" text,
	"unit" text NOT NULL,
	"ours" bigint NOT NULL,
	"theirs" bigint NOT NULL,
	"delta" bigint NOT NULL,
	"flagged" boolean NOT NULL,
	"period_start" timestamp (3) with time zone,
	"occurred_at" timestamp (3) with time zone,
	"event_id" uuid,
	"record" text,
	"heal_state" text,
	"heal_webhook_id" uuid,
	"healed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reconciliation_differences_class_is_known" CHECK ("reconciliation_differences"."class" in ('missing_here', 'missing_there', 'quantity_differs', 'price_differs', 'late', 'duplicate', 'counter_differs', 'lines_differ', 'rating_differs', 'cost_differs')),
	CONSTRAINT "reconciliation_differences_kind_is_known" CHECK ("reconciliation_differences"."kind" in ('call', 'message')),
	CONSTRAINT "reconciliation_differences_unit_is_known" CHECK ("reconciliation_differences"."unit" in ('seconds', 'segments', 'micros', 'cents')),
	CONSTRAINT "reconciliation_differences_heal_state_is_known" CHECK ("reconciliation_differences"."heal_state" in ('queued', 'admitted')),
	CONSTRAINT "reconciliation_differences_delta_is_ours_less_theirs" CHECK ("reconciliation_differences"."delta" = "reconciliation_differences"."ours" - "reconciliation_differences"."theirs")
);
--> statement-breakpoint
CREATE TABLE "reconciliation_listed" (
	"run_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"provider_id" text NOT NULL,
	"carrier_id" text,
	"numbers" text[] NOT NULL,
	"agent_id" text,
	"quantity" bigint NOT NULL,
	"price_micros" bigint,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"record" text,
	CONSTRAINT "reconciliation_listed_run_id_provider_kind_provider_id_pk" PRIMARY KEY("run_id","provider","kind","provider_id"),
	CONSTRAINT "reconciliation_listed_kind_is_known" CHECK ("reconciliation_listed"."kind" in ('call', 'message'))
);
--> statement-breakpoint
CREATE TABLE "reconciliation_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"trigger" text NOT NULL,
	"triggered_by" text NOT NULL,
	"state" text NOT NULL,
	"phase" text DEFAULT 'ledger' NOT NULL,
	"window_from" timestamp (3) with time zone NOT NULL,
	"window_to" timestamp (3) with time zone NOT NULL,
	"sources" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"levels" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"checked" bigint DEFAULT 0 NOT NULL,
	"differences" integer DEFAULT 0 NOT NULL,
	"flagged" integer DEFAULT 0 NOT NULL,
	"missing_here" integer DEFAULT 0 NOT NULL,
	"error" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"heartbeat_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"lease_generation" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	CONSTRAINT "reconciliation_runs_trigger_is_known" CHECK ("reconciliation_runs"."trigger" in ('scheduled', 'manual')),
	CONSTRAINT "reconciliation_runs_state_is_known" CHECK ("reconciliation_runs"."state" in ('running', 'matched', 'differences', 'failed', 'stale')),
	CONSTRAINT "reconciliation_runs_phase_is_known" CHECK ("reconciliation_runs"."phase" in ('ledger', 'listing', 'comparing', 'money', 'done')),
	CONSTRAINT "reconciliation_runs_window_runs_forward" CHECK ("reconciliation_runs"."window_to" > "reconciliation_runs"."window_from"),
	CONSTRAINT "reconciliation_runs_ended_say_when" CHECK (("reconciliation_runs"."state" = 'running') = ("reconciliation_runs"."finished_at" is null))
);
--> statement-breakpoint
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_run_id_reconciliation_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."reconciliation_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reconciliation_differences_by_size" ON "reconciliation_differences" USING btree ("run_id","flagged",abs("delta"),"id");--> statement-breakpoint
CREATE INDEX "reconciliation_differences_by_customer" ON "reconciliation_differences" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "reconciliation_differences_by_event" ON "reconciliation_differences" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "reconciliation_listed_by_carrier" ON "reconciliation_listed" USING btree ("run_id","carrier_id") WHERE carrier_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_runs_one_at_a_time" ON "reconciliation_runs" USING btree ("state") WHERE state = 'running';
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON reconciliation_runs, reconciliation_differences TO trunkline_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON reconciliation_listed TO trunkline_app;
--> statement-breakpoint
ALTER TABLE reconciliation_differences ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON reconciliation_differences TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON reconciliation_differences TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
