/** The public views: the columns of the views on SQLite, with PostgreSQL's own flags, times and JSON. */
export const sql = `
-- Everyone in scope. Disabled accounts are among them, marked.
CREATE VIEW microsoft_graph_users AS
SELECT tenant_id, id, user_principal_name, display_name, given_name, surname, mail, job_title, department,
       company_name, office_location, employee_id, mobile_phone, business_phones::jsonb AS business_phones, account_enabled,
       user_type, created_date_time, attributes::jsonb AS attributes,
       CASE WHEN account_enabled IS FALSE THEN 'disabled' ELSE 'active' END AS status,
       status_since,
       account_enabled IS NOT FALSE AS active,
       created_at, updated_at
  FROM rollkeeper_users
 WHERE deleted_reason IS NULL;

-- Everyone ever in scope, and managers outside it: what supervisors join to.
CREATE VIEW microsoft_graph_people AS
SELECT tenant_id, id, user_principal_name, display_name, given_name, surname, mail, job_title, department,
       company_name, office_location, employee_id, mobile_phone, business_phones::jsonb AS business_phones, account_enabled,
       user_type, created_date_time, attributes::jsonb AS attributes,
       deleted_reason IS NULL AS in_scope,
       CASE WHEN deleted_reason IN ('soft_deleted', 'permanently_deleted') THEN 'deleted'
            WHEN deleted_reason = 'left_scope' THEN 'left'
            WHEN deleted_reason = 'disabled' OR account_enabled IS FALSE THEN 'disabled'
            ELSE 'active' END AS status,
       status_since,
       deleted_reason IS NULL AND account_enabled IS NOT FALSE AS active
  FROM rollkeeper_users
UNION ALL
SELECT tenant_id, id, user_principal_name, display_name, NULL, NULL, mail, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL,
       false, 'outside', status_since, false
  FROM rollkeeper_outside_managers;

-- Everyone who was in scope and is not: soft-deleted, with the reason.
CREATE VIEW microsoft_graph_deleted_users AS
SELECT tenant_id, id, user_principal_name, display_name, given_name, surname, mail, job_title, department,
       company_name, office_location, employee_id, mobile_phone, business_phones::jsonb AS business_phones, account_enabled,
       user_type, created_date_time, attributes::jsonb AS attributes, deleted_at, deleted_reason
  FROM rollkeeper_users
 WHERE deleted_reason IS NOT NULL;

-- Who supervises whom. Links to somebody who is gone from the tenant sleep: they are kept, and not shown.
CREATE VIEW microsoft_graph_user_supervisors AS
SELECT u.tenant_id, u.id AS user_id, u.supervisor_id
  FROM rollkeeper_users u
 WHERE u.deleted_reason IS NULL
   AND u.supervisor_id IS NOT NULL
   AND (EXISTS (SELECT 1 FROM rollkeeper_users m
                 WHERE m.tenant_id = u.tenant_id AND m.id = u.supervisor_id
                   AND (m.deleted_reason IS NULL OR m.deleted_reason IN ('left_scope', 'disabled')))
     OR EXISTS (SELECT 1 FROM rollkeeper_outside_managers o
                 WHERE o.tenant_id = u.tenant_id AND o.id = u.supervisor_id));

-- The groups of the scope's closure, and those that the settings say to keep.
CREATE VIEW microsoft_graph_groups AS
SELECT tenant_id, id, display_name, description, mail, mail_nickname, security_enabled, mail_enabled,
       group_types::jsonb AS group_types, visibility, created_date_time, on_premises_sync_enabled, in_closure
  FROM rollkeeper_groups;

-- Direct memberships of people in scope, and of groups that are kept.
CREATE VIEW microsoft_graph_memberships AS
SELECT e.tenant_id, e.group_id, e.member_id, e.member_kind
  FROM rollkeeper_memberships e
 WHERE EXISTS (SELECT 1 FROM rollkeeper_groups g WHERE g.tenant_id = e.tenant_id AND g.id = e.group_id)
   AND CASE e.member_kind
         WHEN 'group' THEN EXISTS (SELECT 1 FROM rollkeeper_groups g
                                    WHERE g.tenant_id = e.tenant_id AND g.id = e.member_id)
         ELSE EXISTS (SELECT 1 FROM rollkeeper_users u
                       WHERE u.tenant_id = e.tenant_id AND u.id = e.member_id AND u.deleted_reason IS NULL)
       END;

-- The change feed: read on from the last sequence of the tenant.
CREATE VIEW microsoft_graph_changes AS
SELECT c.tenant_id, c.sequence, c.run_id, r.applied_at AS at, c.change, c.subject_id, c.attribute,
       c.old_value, c.new_value
  FROM rollkeeper_changes c
  JOIN rollkeeper_runs r ON r.tenant_id = c.tenant_id AND r.run_id = c.run_id;
`;
