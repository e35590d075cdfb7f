#!/usr/bin/env bash
# A consistent copy of the whole database, taken while it is in use, with its checksum beside it.
#   PGHOST=… PGUSER=… PGPASSWORD=… PGDATABASE=actortrading deploy/backup/backup.sh <folder> [copies to keep, default 14]
set -euo pipefail
folder=${1:?"usage: backup.sh <folder> [copies to keep]"}
keep=${2:-14}
[[ $keep =~ ^[1-9][0-9]*$ ]] || { echo "error: copies to keep: '$keep' is not a number above 0" >&2; exit 1; }
database=${PGDATABASE:-actortrading}
umask 077
mkdir -p "$folder"
file="$folder/$database-$(date -u +%Y%m%dT%H%M%SZ).dump"
trap 'rm -f "$file.part"' EXIT
pg_dump --format=custom --compress=6 --no-owner --file="$file.part" "$database"
pg_restore --list "$file.part" >/dev/null
mv "$file.part" "$file"
(cd "$folder" && sha256sum "$(basename "$file")" >"$(basename "$file").sha256")
# The newest ones stay, and those of a database whose name begins like this one's.
time='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z'
find "$folder" -maxdepth 1 -name "$database-$time.dump" -printf '%f\n' | sort -r | tail -n "+$((keep + 1))" | while read -r old; do rm -f "$folder/$old" "$folder/$old.sha256"; done
echo "$file"
