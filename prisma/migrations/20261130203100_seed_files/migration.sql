-- AlterTable
ALTER TABLE "snapshot" ADD COLUMN     "brought_for" TEXT;

-- CreateIndex
CREATE INDEX "snapshot_brought_for_idx" ON "snapshot"("brought_for");

-- Of files that were brought there may be several, or none that lie anywhere.
UPDATE "snapshot" SET "origin" = jsonb_set("origin", '{imported}', jsonb_build_object(
  'engineId', "origin" #> '{imported,engineId}', 'shards', 1,
  'from', jsonb_build_array(("origin" -> 'imported') - 'engineId')))
WHERE "origin" ? 'imported';
