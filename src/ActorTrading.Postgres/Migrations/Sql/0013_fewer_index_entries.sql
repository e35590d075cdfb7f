-- beside 0012
-- An id that was made here names its order's id (ClientOrderIds), which the primary key holds already: only ids that clients gave need an index
-- of their own. It was the widest of the orders' indexes, and most orders are none of a client's naming.
CREATE UNIQUE INDEX orders_named ON orders (account_id, client_order_id) WHERE length(client_order_id) < 27 OR left(client_order_id, 1) NOT IN ('N', 'S', 'C');
DROP INDEX orders_client_order_id;
-- Processes of the version before know the conflict by this name.
ALTER INDEX orders_named RENAME TO orders_client_order_id;

-- Nearly every trade is updated once, when it is closed, while others are being opened. With room for that on its page neither of its indexes gets a
-- second entry; without, more than half of them did, which took as long as opening it.
ALTER TABLE trades SET (fillfactor = 50);
