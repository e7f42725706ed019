#!/usr/bin/env bash
# A million answers of a server (or as many as named) under mixed load from outside, each compared with a lone call's bits: clients
# that go, deadlines that pass, models that are exchanged, with a cache and without; then an hour at ten times its capacity (or as many
# seconds as named), short texts beside long ones, what a request costs, and what else may happen: clients that are greedy, go, or repeat
# without a pause, a server that is stopped, ended and killed under them. Takes hours; .ci/load does it in a minute.
#   tools/serving-load.sh [ANSWERS] [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
load=(dotnet run -c Release --project bench/AlbertNative.LoadTest --)
export ALBERTNATIVE_LOAD_ANSWERS=${1:-1000000}
dotnet test tests/AlbertNative.Tests -c Release --filter "FullyQualifiedName~MixedLoadTests"
"${load[@]}" bits --answers "$ALBERTNATIVE_LOAD_ANSWERS" --seconds 36000
"${load[@]}" bits --answers "$ALBERTNATIVE_LOAD_ANSWERS" --seconds 36000 --cache 64MiB
"${load[@]}" overload --model base --tokens 128 --seconds "${2:-3600}"
"${load[@]}" overload --model base --tokens 8 --seconds 300
"${load[@]}" interactive --model base --seconds 300
for clients in 4 16 64; do
    "${load[@]}" overhead --clients "$clients" --seconds 60
done
"${load[@]}" low-load --model base --seconds 120
"${load[@]}" greedy --model base --seconds 60
"${load[@]}" abandonment --model base --seconds 60
"${load[@]}" deadline --model base --seconds 60
"${load[@]}" retry-storm --model base
"${load[@]}" stopped --times 5
"${load[@]}" restart --requests 100000 --times 50 --kill
"${load[@]}" peers --model base --seconds 60 --rounds 5 --clients 16 --workloads W1 W2 W3 --engines p1 p2 p3 ours
"${load[@]}" peers --model base --seconds 60 --rounds 5 --clients 16 --workloads W1 W2 W3 --engines p1 p3 ours --precision int8
"${load[@]}" restart --requests 100000 --times 10
