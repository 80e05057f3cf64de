ALTER TABLE "webhook_sources" DROP CONSTRAINT "webhook_sources_provider_is_known";--> statement-breakpoint
ALTER TABLE "call_events" ADD COLUMN "telnyx_call_id" text;--> statement-breakpoint
ALTER TABLE "webhook_sources" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "webhook_sources" ADD CONSTRAINT "webhook_sources_standard_names_its_source" CHECK (("webhook_sources"."provider" = 'standard') = ("webhook_sources"."source" is not null));--> statement-breakpoint
ALTER TABLE "webhook_sources" ADD CONSTRAINT "webhook_sources_provider_is_known" CHECK ("webhook_sources"."provider" in ('retell', 'twilio', 'telnyx', 'stripe', 'standard'));