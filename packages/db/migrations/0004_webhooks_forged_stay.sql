-- what was refused at the door and waits for the worker all the same goes back to where it is refused
UPDATE "webhook_queue" SET "state" = 'quarantined', "next_attempt_at" = null WHERE "verdict" <> 'verified' AND "state" <> 'quarantined';
--> statement-breakpoint
ALTER TABLE "webhook_queue" ADD CONSTRAINT "webhook_queue_only_the_verified_leave_quarantine" CHECK (verdict = 'verified' or state = 'quarantined');