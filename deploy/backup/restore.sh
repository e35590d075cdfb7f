#!/usr/bin/env bash
# Brings a backup into a new database, and checks its books before anybody trades on them. An existing database is left alone.
#   PGHOST=… PGUSER=… PGPASSWORD=… deploy/backup/restore.sh <file.dump> <new database>
# The user must own the new database and may create roles, as for migrations. Point the processes at it only when this has said 'restored'.
set -euo pipefail
file=${1:?"usage: restore.sh <file.dump> <new database>"}
database=${2:?"usage: restore.sh <file.dump> <new database>"}
[ -f "$file" ] || { echo "error: there is no $file" >&2; exit 1; }
if [ -f "$file.sha256" ]; then (cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256"); fi
psql() { command psql -X -v ON_ERROR_STOP=1 -At "$@"; }
if [ "$(psql -d postgres -v name="$database" <<<"SELECT count(*) FROM pg_database WHERE datname = :'name'")" != 0 ]; then
  echo "error: the database $database exists; restore into a new one" >&2; exit 1
fi
for role in actortrading_app actortrading_request; do
  psql -d postgres -q <<<"DO \$\$ BEGIN CREATE ROLE $role NOLOGIN NOINHERIT; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT $role TO CURRENT_USER;"
done
createdb "$database"
pg_restore --exit-on-error --no-owner --single-transaction --dbname="$database" "$file"
# Every account's ledger is gapless from 1, or the copy is not one to trade on.
gaps=$(psql -d "$database" -c 'SELECT count(*) FROM (SELECT FROM account_ledger GROUP BY account_id HAVING max(seq) <> count(*) OR min(seq) <> 1) broken')
[ "$gaps" = 0 ] || { echo "error: $gaps accounts have gaps in their ledger; do not use $database" >&2; exit 1; }
# No silo of the time of the backup is up.
psql -d "$database" -q <<<"DO \$\$ BEGIN IF to_regclass('orleans_silos') IS NOT NULL THEN DELETE FROM orleans_silos; END IF; END \$\$"
echo "restored $database: $(psql -d "$database" -c 'SELECT count(*) FROM accounts') accounts, $(psql -d "$database" -c 'SELECT count(*) FROM account_ledger') ledger entries"
