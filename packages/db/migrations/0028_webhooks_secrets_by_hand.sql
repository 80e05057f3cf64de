ALTER TABLE "webhook_sources" ADD COLUMN "added_by" text;--> statement-breakpoint
ALTER TABLE "webhook_sources" ADD COLUMN "ended_by" text;--> statement-breakpoint
ALTER TABLE "webhook_sources" ADD CONSTRAINT "webhook_sources_ended_by_somebody_has_an_end" CHECK ("webhook_sources"."ended_by" is null or "webhook_sources"."not_after" is not null);