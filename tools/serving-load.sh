#!/usr/bin/env bash
# A million answers of a server (or as many as named) under mixed load from outside, each compared with a lone call's bits: clients
# that go, deadlines that pass, models that are exchanged, with a cache and without; then an hour at ten times its capacity (or as many
# seconds as named), short texts beside long ones, and what a request costs. Takes hours; .ci/load does it in a minute.
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
"${load[@]}" overhead --seconds 60
"${load[@]}" peers --model base --seconds 60 --rounds 5 --clients 16 --workloads W1 W2 W3 --engines p1 p2 p3 ours
"${load[@]}" peers --model base --seconds 60 --rounds 5 --clients 16 --workloads W1 W2 W3 --engines p1 p3 ours --precision int8
