-- AlterTable
ALTER TABLE "zone" ADD COLUMN     "outage_mode" TEXT,
ADD COLUMN     "outage_since" TIMESTAMPTZ(3);

ALTER TABLE "zone" ADD CONSTRAINT "zone_outage" CHECK (
  (outage_mode IS NULL) = (outage_since IS NULL) AND outage_mode IN ('kill', 'freeze'));
