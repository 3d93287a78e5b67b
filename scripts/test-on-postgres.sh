#!/usr/bin/env bash
# The whole suite on a throw-away PostgreSQL with pgvector, which is stopped and deleted afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${RETINUE_POSTGRES_DIR:-.retinue/postgres}
RETINUE_TEST_DATABASE_URL=$(scripts/postgres.sh start "$folder" "${RETINUE_POSTGRES_PORT:-54329}")
export RETINUE_TEST_DATABASE_URL
trap 'scripts/postgres.sh stop "$folder"' EXIT
npx vitest run "$@"
