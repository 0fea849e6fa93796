-- CreateTable
CREATE TABLE "snapshot" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "snapshot_name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "source_row" TEXT,
    "origin" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "snapshot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "snapshot_file" (
    "id" TEXT NOT NULL,
    "snapshot_id" TEXT NOT NULL,
    "node_group_id" TEXT NOT NULL,
    "node_group_row" TEXT,
    "slots" TEXT,
    "content" JSONB,

    CONSTRAINT "snapshot_file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restore" (
    "replication_group_id" TEXT NOT NULL,
    "snapshot_id" TEXT NOT NULL,

    CONSTRAINT "restore_pkey" PRIMARY KEY ("replication_group_id")
);

-- CreateIndex
CREATE INDEX "snapshot_source_row_idx" ON "snapshot"("source_row");

-- CreateIndex
CREATE UNIQUE INDEX "snapshot_account_id_snapshot_name_key" ON "snapshot"("account_id", "snapshot_name");

-- CreateIndex
CREATE UNIQUE INDEX "snapshot_file_snapshot_id_node_group_id_key" ON "snapshot_file"("snapshot_id", "node_group_id");

-- CreateIndex
CREATE INDEX "restore_snapshot_id_idx" ON "restore"("snapshot_id");

-- AddForeignKey
ALTER TABLE "snapshot_file" ADD CONSTRAINT "snapshot_file_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshot"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore" ADD CONSTRAINT "restore_replication_group_id_fkey" FOREIGN KEY ("replication_group_id") REFERENCES "replication_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore" ADD CONSTRAINT "restore_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshot"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What a snapshot is being taken of.
CREATE VIEW snapshotting_view AS
SELECT s.source_row AS "sourceRow" FROM snapshot s
JOIN workflow w ON w.kind = 'snapshot' AND w.subject_id = s.id
WHERE w.first_home_at IS NULL AND w.step NOT IN ('failed', 'destroy');
