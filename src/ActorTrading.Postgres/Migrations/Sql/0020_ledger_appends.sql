-- beside 0019_one_time_codes
-- One row for what an append writes at one moment, instead of one for each entry: most appends have two or three, and rows and their index entries were
-- two fifths of what a copied order cost here. Rows of before stay as they are, each with one entry in kind and body.
ALTER TABLE account_ledger RENAME TO ledger_appends;
ALTER TABLE ledger_appends RENAME CONSTRAINT account_ledger_pkey TO ledger_appends_pkey;
ALTER TABLE ledger_appends ALTER COLUMN kind DROP NOT NULL, ALTER COLUMN body DROP NOT NULL;
-- A line each, the entry's kind, a blank and its body; JSON has no raw line ends. The first one's sequence is seq.
ALTER TABLE ledger_appends ADD COLUMN entries text;
-- A few entries fit in a page as they are; compressing what is longer than two kilobytes would cost more than storing it.
ALTER TABLE ledger_appends SET (toast_tuple_target = 8160);

CREATE FUNCTION ledger_lines(kind text, body json, entries text) RETURNS TABLE (line_no bigint, line_kind text, line_body json) LANGUAGE sql IMMUTABLE AS $$
    SELECT 1::bigint, kind, body WHERE entries IS NULL
    UNION ALL
    SELECT n, split_part(line, ' ', 1), substr(line, strpos(line, ' ') + 1)::json FROM unnest(string_to_array(entries, E'\n')) WITH ORDINALITY AS lines (line, n)
$$;

-- The ledger entry by entry, by the name that the table had. One entry of a long ledger is found by ledger_entry, and not by this view's seq.
CREATE VIEW account_ledger AS
SELECT a.account_id, a.seq + l.line_no - 1 AS seq, a.at, l.line_kind AS kind, l.line_body AS body
FROM ledger_appends a CROSS JOIN LATERAL ledger_lines(a.kind, a.body, a.entries) l;

CREATE FUNCTION ledger_entry(account uuid, entry bigint) RETURNS SETOF account_ledger LANGUAGE sql STABLE AS $$
    SELECT a.account_id, entry, a.at, l.line_kind, l.line_body
    FROM (SELECT * FROM ledger_appends WHERE account_id = account AND seq <= entry ORDER BY seq DESC LIMIT 1) a
    CROSS JOIN LATERAL ledger_lines(a.kind, a.body, a.entries) l WHERE l.line_no = entry - a.seq + 1
$$;

-- A view that answers with its asker's rights is one of PostgreSQL 15 or later. Before it only the system asks this one.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW account_ledger SET (security_invoker = true);
        GRANT SELECT ON account_ledger TO actortrading_request;
    END IF;
END $$;

-- Processes of the version before write entry by entry.
CREATE FUNCTION append_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_appends (account_id, seq, at, kind, body) VALUES (new.account_id, new.seq, new.at, new.kind, new.body);
    RETURN new;
END $$;
CREATE TRIGGER append INSTEAD OF INSERT ON account_ledger FOR EACH ROW EXECUTE FUNCTION append_ledger_entry();
