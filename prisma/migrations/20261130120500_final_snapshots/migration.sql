-- AlterTable
ALTER TABLE "snapshot" ADD COLUMN     "is_final" BOOLEAN NOT NULL DEFAULT false;
