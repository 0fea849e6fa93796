-- AlterTable
ALTER TABLE "snapshot" ADD COLUMN     "upload_seen_at" TIMESTAMPTZ(3);
