#!/usr/bin/env bash
# Two replicas behind Debian's nginx and haproxy, drained and replaced while clients ask: a hundred thousand requests (or as many
# as named) behind each, of which none may be lost. Then the same without the delay before a replica ends, which may
# lose some, and replicas that are killed behind nginx, which tries again at the other.
#   tools/serving-replicas.sh [REQUESTS] [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
load=(dotnet run -c Release --project bench/AlbertNative.LoadTest --)
for balancer in nginx haproxy; do
    "${load[@]}" balanced --balancer "$balancer" --requests "${1:-100000}" --rounds "${2:-3}"
    "${load[@]}" balanced --balancer "$balancer" --requests 1 --rounds 3 --no-drain || true
done
"${load[@]}" balanced --balancer nginx --requests "${1:-100000}" --rounds 25 --kill
