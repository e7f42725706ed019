#!/usr/bin/env bash
# Measures a training step of albert-base-v2 against libtorch, in turns, each run in a process of its own:
#   bench/training.sh [--rounds 5] [--threads 1] [--runs 3] [--cases "token 8x128,token mixed"] [--shared DIR] [--peers DIR]
# A case is a head (token, sequence) and a shape: texts x tokens, or mixed, 32 texts of 8 to 128 tokens.
# libtorch comes from NuGet with TorchSharp (bench/libtorch). Where its native library asks for a newer libstdc++ than the
# system has (Debian 12), the reference folder's shim makes it load: --shared, ALBERTNATIVE_SHARED, or ../shared beside the
# repository; python3 and a C compiler are then needed. The table goes to the output, all lines to --peers.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=5
threads=1
runs=3
cases="token 8x128,sequence 8x128,sequence 1x128,sequence 32x32,token mixed"
shared=${ALBERTNATIVE_SHARED:-../shared}
peers=${XDG_CACHE_HOME:-$HOME/.cache}/albertnative-peers
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2 ;;
        --threads) threads=$2 ;;
        --runs) runs=$2 ;;
        --cases) cases=$2 ;;
        --shared) shared=$2 ;;
        --peers) peers=$2 ;;
        *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done
mkdir -p "$peers"
peers=$(cd "$peers" && pwd)
lines=$peers/training-steps.jsonl
: > "$lines"

dotnet build bench/AlbertNative.Benchmarks -c Release -v q --nologo >&2
dotnet publish bench/libtorch -c Release -v q --nologo -o "$peers/libtorch" >&2
preload=
standard=$(ldconfig -p | sed -n 's/.*libstdc++\.so\.6 .*=> //p' | head -1)
if [ -f "$shared/peers/libtorch/weak.py" ] && ! grep -qa 'GLIBCXX_3\.4\.32' "$standard"; then
    python3 "$shared/peers/libtorch/weak.py" "$peers/libtorch/libLibTorchSharp.so" >&2
    cc -shared -fPIC -o "$peers/libtorch/shim.so" "$shared/peers/libtorch/shim.c"
    preload=$peers/libtorch/shim.so
fi

for round in $(seq "$rounds"); do
    IFS=, read -ra each <<< "$cases"
    for case in "${each[@]}"; do
        read -r head shape <<< "$case"
        dotnet run --no-build -c Release --project bench/AlbertNative.Benchmarks -- training --head "$head" --shape "$shape" --threads "$threads" --runs "$runs" >> "$lines"
        for form in fused eager; do
            LD_PRELOAD=$preload dotnet "$peers/libtorch/LibtorchStep.dll" --head "$head" --shape "$shape" --threads "$threads" --runs "$runs" --form "$form" >> "$lines"
        done
        echo "round $round: $case" >&2
    done
done
dotnet run --no-build -c Release --project bench/AlbertNative.Benchmarks -- training-report "$lines"
