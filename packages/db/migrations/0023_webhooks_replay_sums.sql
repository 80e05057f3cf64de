CREATE TABLE "webhook_replay_subjects" (
	"replay_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"webhook_id" uuid NOT NULL,
	CONSTRAINT "webhook_replay_subjects_replay_id_subject_webhook_id_pk" PRIMARY KEY("replay_id","subject","webhook_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_replay_sums" (
	"replay_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"period_end" timestamp (3) with time zone NOT NULL,
	"planned" bigint DEFAULT 0 NOT NULL,
	"cents" bigint DEFAULT 0 NOT NULL,
	"booked" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "webhook_replay_sums_replay_id_customer_id_meter_period_start_pk" PRIMARY KEY("replay_id","customer_id","meter","period_start"),
	CONSTRAINT "webhook_replay_sums_meter_is_known" CHECK ("webhook_replay_sums"."meter" in ('call_seconds', 'sms_segments'))
);
--> statement-breakpoint
ALTER TABLE "webhook_replays" ADD COLUMN "counts" jsonb;--> statement-breakpoint
ALTER TABLE "webhook_replays" ADD COLUMN "changed" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_replays" ADD COLUMN "refused" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_replays" ADD COLUMN "started_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhook_attempts" ADD COLUMN "reading" integer;--> statement-breakpoint
ALTER TABLE "webhook_attempts" ADD COLUMN "changes" jsonb;--> statement-breakpoint
ALTER TABLE "webhook_replay_subjects" ADD CONSTRAINT "webhook_replay_subjects_replay_id_webhook_replays_id_fk" FOREIGN KEY ("replay_id") REFERENCES "public"."webhook_replays"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_replay_sums" ADD CONSTRAINT "webhook_replay_sums_replay_id_webhook_replays_id_fk" FOREIGN KEY ("replay_id") REFERENCES "public"."webhook_replays"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_replay_subjects_by_webhook" ON "webhook_replay_subjects" USING btree ("replay_id","webhook_id");--> statement-breakpoint
CREATE INDEX "webhook_queue_by_customer" ON "webhook_queue" USING btree ("customer_id","id") WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX "webhook_queue_by_cause" ON "webhook_queue" USING btree (left(last_error, 200),"id") WHERE last_error is not null;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_replay_sums, webhook_replay_subjects TO trunkline_app;
--> statement-breakpoint
ALTER TABLE webhook_replay_sums ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON webhook_replay_sums TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON webhook_replay_sums TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
