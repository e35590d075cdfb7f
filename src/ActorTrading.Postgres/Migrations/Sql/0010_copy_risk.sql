-- What a link's risk limits and equity stop remember; null until the first look.
ALTER TABLE copy_links ADD COLUMN risk jsonb;
