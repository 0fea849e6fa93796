-- Edges that may be given to node groups: those that could be made, and are not on their way out.
CREATE VIEW "staying_edge" AS
  SELECT e.* FROM "edge" e WHERE NOT EXISTS (
    SELECT 1 FROM "workflow" w LEFT JOIN "signal" s ON s."workflow_id" = w."id" AND s."name" = 'destroy'
    WHERE w."kind" = 'edge' AND w."subject_id" = e."id" AND (w."step" IN ('failed', 'destroy') OR s."name" IS NOT NULL));
