CREATE TABLE "webhook_replay_items" (
	"replay_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"as_planned" text NOT NULL,
	"changes" jsonb,
	"seconds" integer,
	"segments" integer,
	"problem" text,
	"outcome" text,
	CONSTRAINT "webhook_replay_items_replay_id_webhook_id_pk" PRIMARY KEY("replay_id","webhook_id"),
	CONSTRAINT "webhook_replay_items_outcome_is_known" CHECK ("webhook_replay_items"."outcome" is null or "webhook_replay_items"."outcome" in ('replayed', 'skipped', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "webhook_replays" (
	"id" uuid PRIMARY KEY NOT NULL,
	"by" text NOT NULL,
	"filter" jsonb NOT NULL,
	"hash" text NOT NULL,
	"state" text NOT NULL,
	"count" integer NOT NULL,
	"planned" integer DEFAULT 0 NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"stop_above_percent" integer DEFAULT 10 NOT NULL,
	"lease_generation" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_replays_state_is_known" CHECK ("webhook_replays"."state" in ('planning', 'planned', 'running', 'done', 'cancelled', 'stopped'))
);
--> statement-breakpoint
ALTER TABLE "webhook_replay_items" ADD CONSTRAINT "webhook_replay_items_replay_id_webhook_replays_id_fk" FOREIGN KEY ("replay_id") REFERENCES "public"."webhook_replays"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_replay_items_unplanned" ON "webhook_replay_items" USING btree ("replay_id","webhook_id") WHERE changes is null and problem is null;--> statement-breakpoint
CREATE INDEX "webhook_replay_items_to_run" ON "webhook_replay_items" USING btree ("replay_id","webhook_id") WHERE outcome is null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_replays_one_runs_at_a_time" ON "webhook_replays" USING btree ("state") WHERE state = 'running';
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_replays, webhook_replay_items TO trunkline_app;
