-- AlterTable
ALTER TABLE "resharding" ADD COLUMN     "sending_ms" INTEGER NOT NULL DEFAULT 0;
