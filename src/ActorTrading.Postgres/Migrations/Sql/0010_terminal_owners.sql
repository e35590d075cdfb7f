-- Who may send to an account's terminal. The last who took it; whoever finds another here sends nothing any more.
CREATE TABLE terminal_owners (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    owner uuid NOT NULL,
    taken_at timestamptz NOT NULL
) WITH (fillfactor = 50);
