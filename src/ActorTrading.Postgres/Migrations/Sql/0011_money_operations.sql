-- Movements of money that had an id: each is made once, however long ago the first was. The account itself remembers the newest only.
CREATE TABLE money_operations (
    account_id uuid NOT NULL REFERENCES accounts (id),
    operation_id uuid NOT NULL,
    -- The entry that made it.
    seq bigint NOT NULL,
    PRIMARY KEY (account_id, operation_id)
);
INSERT INTO money_operations (account_id, operation_id, seq)
SELECT account_id, (body ->> 'operationId')::uuid, min(seq) FROM account_ledger
WHERE kind = 'balanceAdjusted' AND body ->> 'operationId' IS NOT NULL GROUP BY 1, 2;
SELECT protect('money_operations', 'account_id = ANY (ARRAY(SELECT a.id FROM accounts a WHERE a.user_id = app_user_id()))');
REVOKE UPDATE, DELETE ON money_operations FROM actortrading_app;
