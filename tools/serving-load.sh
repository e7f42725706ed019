#!/usr/bin/env bash
# A million answers (or as many as named) under mixed load, each compared with a lone call's bits: clients that go, deadlines
# that pass, models that are exchanged. Takes hours; the suite asks for a few hundred.
set -euo pipefail
cd "$(dirname "$0")/.."
export ALBERTNATIVE_LOAD_ANSWERS=${1:-1000000}
exec dotnet test tests/AlbertNative.Tests -c Release --filter "FullyQualifiedName~MixedLoadTests"
