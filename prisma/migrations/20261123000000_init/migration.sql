-- All time arithmetic of leases, naps and quarantines uses this clock. A simulation replaces it by its own.
-- STABLE although the clock ticks: one reading per statement is what we want, and only then may an index be used.
CREATE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() $$;

-- CreateTable
CREATE TABLE "replication_group" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "replication_group_id" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "engine_version" TEXT NOT NULL,
    "cache_node_type" TEXT NOT NULL,
    "cache_parameter_group_name" TEXT NOT NULL,
    "port" INTEGER,
    "transit_encryption_enabled" BOOLEAN NOT NULL,
    "at_rest_encryption_enabled" BOOLEAN NOT NULL,
    "auth_token_sealed" TEXT,
    "auth_token_last_modified_date" TIMESTAMPTZ(3),
    "auto_minor_version_upgrade" BOOLEAN NOT NULL,
    "preferred_maintenance_window" TEXT NOT NULL,
    "snapshot_retention_limit" INTEGER NOT NULL,
    "snapshot_window" TEXT,
    "network_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "replication_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "node_group" (
    "id" TEXT NOT NULL,
    "replication_group_id" TEXT NOT NULL,
    "node_group_id" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL DEFAULT 1,
    "primary_node_id" TEXT NOT NULL,

    CONSTRAINT "node_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cache_cluster" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "cache_cluster_id" TEXT NOT NULL,
    "replication_group_id" TEXT,
    "node_group_id" TEXT,
    "engine" TEXT NOT NULL,
    "engine_version" TEXT NOT NULL,
    "cache_node_type" TEXT NOT NULL,
    "cache_parameter_group_name" TEXT NOT NULL,
    "port" INTEGER,
    "transit_encryption_enabled" BOOLEAN NOT NULL,
    "auto_minor_version_upgrade" BOOLEAN NOT NULL,
    "preferred_maintenance_window" TEXT NOT NULL,
    "snapshot_retention_limit" INTEGER NOT NULL,
    "snapshot_window" TEXT,
    "network_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "cache_cluster_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cache_node" (
    "id" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "cache_node_id" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "engine_id" TEXT NOT NULL,
    "incarnation" INTEGER NOT NULL DEFAULT 1,
    "ip" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "memory_bytes" BIGINT NOT NULL,
    "presence" TEXT NOT NULL DEFAULT 'absent',
    "opened_at" TIMESTAMPTZ(3),
    "engine_version_actual" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "cache_node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "network" (
    "id" TEXT NOT NULL,
    "subnet" TEXT NOT NULL,
    "gateway" TEXT NOT NULL,
    "engine_ids" TEXT[],

    CONSTRAINT "network_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subnet_allocation" (
    "index" INTEGER NOT NULL,
    "network_id" TEXT NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "subnet_allocation_pkey" PRIMARY KEY ("index")
);

-- CreateTable
CREATE TABLE "ip_allocation" (
    "network_id" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "node_id" TEXT NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "ip_allocation_pkey" PRIMARY KEY ("network_id","ip")
);

-- CreateTable
CREATE TABLE "port_allocation" (
    "engine_id" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "node_id" TEXT NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "port_allocation_pkey" PRIMARY KEY ("engine_id","port")
);

-- CreateTable
CREATE TABLE "workflow" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "root_id" TEXT NOT NULL,
    "parent_id" TEXT,
    "step" TEXT NOT NULL DEFAULT 'start',
    "frame" JSONB NOT NULL DEFAULT '{}',
    "run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),
    "wakes" BIGINT NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "deadline_at" TIMESTAMPTZ(3),
    "first_home_at" TIMESTAMPTZ(3),
    "failure" TEXT,
    "because" TEXT,
    "last_error" TEXT,
    "lease_owner" TEXT,
    "lease_token" BIGINT NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "workflow_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signal" (
    "workflow_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "wake" BIGINT NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "signal_pkey" PRIMARY KEY ("workflow_id","name")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "account_id" TEXT NOT NULL,
    "source_type" TEXT NOT NULL,
    "source_identifier" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "because" TEXT,
    "date" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "docker_engine" (
    "id" TEXT NOT NULL,
    "cpus" DOUBLE PRECISION NOT NULL,
    "memory_bytes" BIGINT NOT NULL,
    "reachable" BOOLEAN NOT NULL,
    "surveyed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "docker_engine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "zone" (
    "name" TEXT NOT NULL,
    "engine_id" TEXT NOT NULL,
    "address" TEXT NOT NULL,

    CONSTRAINT "zone_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "access_key" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "secret_key_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "access_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "authority" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "certificate_pem" TEXT NOT NULL,
    "key_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "authority_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "account_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "workflow_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_now(),

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("account_id","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "replication_group_network_id_key" ON "replication_group"("network_id");

-- CreateIndex
CREATE UNIQUE INDEX "replication_group_account_id_replication_group_id_key" ON "replication_group"("account_id", "replication_group_id");

-- CreateIndex
CREATE UNIQUE INDEX "node_group_replication_group_id_node_group_id_key" ON "node_group"("replication_group_id", "node_group_id");

-- CreateIndex
CREATE INDEX "cache_cluster_replication_group_id_idx" ON "cache_cluster"("replication_group_id");

-- CreateIndex
CREATE INDEX "cache_cluster_node_group_id_idx" ON "cache_cluster"("node_group_id");

-- CreateIndex
CREATE UNIQUE INDEX "cache_cluster_account_id_cache_cluster_id_key" ON "cache_cluster"("account_id", "cache_cluster_id");

-- CreateIndex
CREATE INDEX "cache_node_engine_id_idx" ON "cache_node"("engine_id");

-- CreateIndex
CREATE UNIQUE INDEX "cache_node_cluster_id_cache_node_id_key" ON "cache_node"("cluster_id", "cache_node_id");

-- CreateIndex
CREATE INDEX "subnet_allocation_network_id_idx" ON "subnet_allocation"("network_id");

-- CreateIndex
CREATE INDEX "ip_allocation_node_id_idx" ON "ip_allocation"("node_id");

-- CreateIndex
CREATE INDEX "port_allocation_node_id_idx" ON "port_allocation"("node_id");

-- CreateIndex
CREATE INDEX "workflow_run_at_idx" ON "workflow"("run_at");

-- CreateIndex
CREATE UNIQUE INDEX "workflow_kind_subject_id_key" ON "workflow"("kind", "subject_id");

-- CreateIndex
CREATE INDEX "event_account_id_id_idx" ON "event"("account_id", "id");

-- CreateIndex
CREATE INDEX "event_date_idx" ON "event"("date");

-- CreateIndex
CREATE UNIQUE INDEX "access_key_token_hash_key" ON "access_key"("token_hash");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- AddForeignKey
ALTER TABLE "replication_group" ADD CONSTRAINT "replication_group_network_id_fkey" FOREIGN KEY ("network_id") REFERENCES "network"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "node_group" ADD CONSTRAINT "node_group_replication_group_id_fkey" FOREIGN KEY ("replication_group_id") REFERENCES "replication_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_cluster" ADD CONSTRAINT "cache_cluster_replication_group_id_fkey" FOREIGN KEY ("replication_group_id") REFERENCES "replication_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_cluster" ADD CONSTRAINT "cache_cluster_node_group_id_fkey" FOREIGN KEY ("node_group_id") REFERENCES "node_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_cluster" ADD CONSTRAINT "cache_cluster_network_id_fkey" FOREIGN KEY ("network_id") REFERENCES "network"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_node" ADD CONSTRAINT "cache_node_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cache_cluster"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_node" ADD CONSTRAINT "cache_node_zone_fkey" FOREIGN KEY ("zone") REFERENCES "zone"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cache_node" ADD CONSTRAINT "cache_node_engine_id_fkey" FOREIGN KEY ("engine_id") REFERENCES "docker_engine"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signal" ADD CONSTRAINT "signal_workflow_id_fkey" FOREIGN KEY ("workflow_id") REFERENCES "workflow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "zone" ADD CONSTRAINT "zone_engine_id_fkey" FOREIGN KEY ("engine_id") REFERENCES "docker_engine"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A second wall behind the code: what may never go backwards cannot.
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lease_token < OLD.lease_token THEN
    RAISE EXCEPTION 'the lease token of % would go back', OLD.id;
  END IF;
  IF OLD.step LIKE 'destroy%' AND NEW.step NOT LIKE 'destroy%' THEN
    RAISE EXCEPTION 'workflow % would come back from %', OLD.id, OLD.step;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER workflow_never_goes_back BEFORE UPDATE ON "workflow"
  FOR EACH ROW EXECUTE FUNCTION refuse_going_back();

CREATE FUNCTION refuse_older_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.epoch < OLD.epoch THEN
    RAISE EXCEPTION 'the epoch of node group % would go back', OLD.id;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER node_group_epoch_only_grows BEFORE UPDATE ON "node_group"
  FOR EACH ROW EXECUTE FUNCTION refuse_older_epoch();

ALTER TABLE "cache_node" ADD CONSTRAINT "cache_node_presence" CHECK (presence IN ('absent', 'unknown', 'known'));

-- What readers are shown. Columns have the names of the domain's types, so that `row_to_json` of a row is a document of
-- them, and a list of documents takes one statement.
CREATE VIEW cache_node_view AS
SELECT n.id, n.cluster_id AS "clusterId", n.cache_node_id AS "cacheNodeId", n.zone, n.engine_id AS "engineId",
  n.incarnation, n.ip, n.port, z.address, n.presence, n.opened_at AS "openedAt",
  n.engine_version_actual AS "engineVersionActual", n.created_at AS "createdAt",
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(s.name) FROM signal s WHERE s.workflow_id = w.id) AS signals
FROM cache_node n
JOIN zone z ON z.name = n.zone
LEFT JOIN workflow w ON w.kind = 'node' AND w.subject_id = n.id;

CREATE VIEW cache_cluster_view AS
SELECT c.id, c.account_id AS "accountId", c.cache_cluster_id AS "cacheClusterId", c.node_group_id AS "nodeGroupRow",
  g.replication_group_id AS "replicationGroupId", s.node_group_id AS "nodeGroupId",
  c.engine, c.engine_version AS "engineVersion", c.cache_node_type AS "cacheNodeType",
  c.cache_parameter_group_name AS "cacheParameterGroupName", c.port,
  c.transit_encryption_enabled AS "transitEncryptionEnabled", g.auth_token_sealed IS NOT NULL AS "authTokenEnabled",
  c.auto_minor_version_upgrade AS "autoMinorVersionUpgrade",
  c.preferred_maintenance_window AS "preferredMaintenanceWindow",
  c.snapshot_retention_limit AS "snapshotRetentionLimit", c.snapshot_window AS "snapshotWindow",
  c.network_id AS "networkId", c.created_at AS "createdAt",
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(r.name) FROM signal r WHERE r.workflow_id = w.id) AS signals,
  (SELECT json_agg(n ORDER BY n."cacheNodeId") FROM cache_node_view n WHERE n."clusterId" = c.id) AS nodes
FROM cache_cluster c
LEFT JOIN replication_group g ON g.id = c.replication_group_id
LEFT JOIN node_group s ON s.id = c.node_group_id
-- A member shows its replication group's workflow.
LEFT JOIN workflow w ON w.kind = CASE WHEN g.id IS NULL THEN 'cache-cluster' ELSE 'replication-group' END
  AND w.subject_id = COALESCE(g.id, c.id);

CREATE VIEW node_group_view AS
SELECT s.id, s.replication_group_id AS "replicationGroupRow", s.node_group_id AS "nodeGroupId", s.epoch::text,
  s.primary_node_id AS "primaryNodeId",
  (SELECT json_agg(c ORDER BY c."cacheClusterId") FROM cache_cluster_view c WHERE c."nodeGroupRow" = s.id) AS members
FROM node_group s;

CREATE VIEW replication_group_view AS
SELECT g.id, g.account_id AS "accountId", g.replication_group_id AS "replicationGroupId", g.description,
  g.engine, g.engine_version AS "engineVersion", g.cache_node_type AS "cacheNodeType",
  g.cache_parameter_group_name AS "cacheParameterGroupName", g.port,
  g.transit_encryption_enabled AS "transitEncryptionEnabled", g.auth_token_sealed IS NOT NULL AS "authTokenEnabled",
  g.at_rest_encryption_enabled AS "atRestEncryptionEnabled",
  g.auth_token_last_modified_date AS "authTokenLastModifiedDate",
  g.auto_minor_version_upgrade AS "autoMinorVersionUpgrade",
  g.preferred_maintenance_window AS "preferredMaintenanceWindow",
  g.snapshot_retention_limit AS "snapshotRetentionLimit", g.snapshot_window AS "snapshotWindow",
  g.network_id AS "networkId", g.created_at AS "createdAt",
  w.step, w.first_home_at AS "firstHomeAt", w.failure, w.because,
  (SELECT json_agg(r.name) FROM signal r WHERE r.workflow_id = w.id) AS signals,
  (SELECT json_agg(s ORDER BY s."nodeGroupId") FROM node_group_view s WHERE s."replicationGroupRow" = g.id) AS "nodeGroups"
FROM replication_group g
LEFT JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id;
