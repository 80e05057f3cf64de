DROP INDEX "webhook_replay_items_unplanned";--> statement-breakpoint
DROP INDEX "webhook_replay_items_to_run";--> statement-breakpoint
ALTER TABLE "webhook_replays" ADD COLUMN "through_id" uuid;