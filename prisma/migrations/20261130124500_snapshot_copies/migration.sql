-- AlterTable
ALTER TABLE "snapshot" ADD COLUMN     "copy_of" TEXT;

-- AlterTable
ALTER TABLE "snapshot_file" ADD COLUMN     "copy_of" TEXT;

-- CreateIndex
CREATE INDEX "snapshot_copy_of_idx" ON "snapshot"("copy_of");
