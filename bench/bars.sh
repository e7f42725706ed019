#!/usr/bin/env bash
# Measures what must not become slower, on a machine that does nothing else:
#   bench/bars.sh [--rounds 5] [--only callers|start|first|native] [--before COMMIT] [--shared DIR]
# callers: eight threads that call one model with 32 tokens each, against one: the ratio of their throughputs, at least 1.
# start:   `albert --help` and one embedding, against the command as it was at --before: the ratio of times, at most 1.
# first:   a program that opens base in floats (from the reference folder) and computes eight tokens, beyond one that does
#          nothing: milliseconds, published with NativeAOT (for x86-64-v3, as the package does), ReadyToRun and compiled just in
#          time, at most 100.
# native:  passes of a NativeAOT and of a ReadyToRun publish against the just-in-time build: the ratio of times, at most 1.1.
# Each is the median of the rounds, which are run in turns. What is built for it goes to a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=5
only=
before=9960d0ed
shared=${ALBERTNATIVE_SHARED:-../shared}
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2 ;;
        --only) only=$2 ;;
        --before) before=$2 ;;
        --shared) shared=$2 ;;
        *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done

work=$(mktemp -d)
trap 'git worktree remove --force "$work/before" 2>/dev/null || true; rm -rf "$work"' EXIT
root=$PWD
model=$root/weights/albert-nano.safetensors

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'; }

ratio() { awk -v a="$(median <"$1")" -v b="$(median <"$2")" -v name="$3" 'BEGIN { printf "%-40s %8.3f / %8.3f = %.3f\n", name, a, b, a / b }'; }

# The milliseconds of a pass, or between two finished calls, that `albert bench` writes.
milliseconds() { "$@" --json | sed -nE 's/.*"median_ms":([0-9.]+).*/\1/p'; }

# The seconds of a process from its start to its end.
seconds() {
    local begun=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}

dotnet build src/AlbertNative.Cli -c Release -f net10.0 -v quiet --nologo
albert=$root/src/AlbertNative.Cli/bin/Release/net10.0/albert

if wanted callers; then
    for _ in $(seq "$rounds"); do
        milliseconds "$albert" bench --shapes 1x32 --callers 1 >>"$work/one"
        milliseconds "$albert" bench --shapes 1x32 --callers 8 >>"$work/eight"
    done
    # Time between two finished calls: one caller's over eight callers' is the throughput of eight over that of one.
    ratio "$work/one" "$work/eight" "eight callers' throughput over one's"
fi

if wanted start; then
    git worktree add --detach "$work/before" "$before" >/dev/null
    (cd "$work/before" && dotnet build src/AlbertNative.Cli -c Release -f net10.0 -v quiet --nologo)
    old=$work/before/src/AlbertNative.Cli/bin/Release/net10.0/albert
    for _ in $(seq "$rounds"); do
        seconds "$albert" --help >>"$work/help.now"
        seconds "$old" --help >>"$work/help.before"
        seconds "$albert" embed --model "$model" "the king" >>"$work/embed.now"
        seconds "$old" embed --model "$model" "the king" >>"$work/embed.before"
    done
    ratio "$work/help.now" "$work/help.before" "start for --help, over $before"
    ratio "$work/embed.now" "$work/embed.before" "start for one embedding, over $before"
fi

if wanted first; then
    mkdir "$work/graph" "$work/empty" "$work/first"
    ln -s "$(readlink -f "$shared")/peers/onnxruntime/albert-base-synthetic.onnx" "$work/graph/model.onnx"
    ln -s "$(readlink -f "$shared")/vocab/albert-en-v2.model" "$work/graph/spiece.model"
    "$albert" convert "$work/graph/model.onnx" "$work/base.safetensors" >/dev/null
    # Programs outside of the repository's settings, as a user's would be.
    project() {
        cat >"$work/$1/$1.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>$2</ItemGroup>
</Project>
PROJECT
    }
    project empty ""
    echo 'return;' >"$work/empty/Program.cs"
    project first "<ProjectReference Include=\"$root/src/AlbertNative.Model/AlbertNative.Model.csproj\" />"
    cat >"$work/first/Program.cs" <<'PROGRAM'
using AlbertNative.Model;
using AlbertNative.Tensors;

using PreTrainedModel model = PreTrainedModel.Open(args[0], new ModelOptions { Threads = 1, Precision = WeightPrecision.Float32 });
TokenBatch batch = new();
batch.Add([2, 13, 1, 589, 2477, 19, 4, 3]);
EncoderOutput output = new();
new EncoderHead(model).Forward(batch, output);
Console.WriteLine(output.LastHiddenState[0][0]);
PROGRAM
    rid=$(dotnet --info | sed -nE 's/^ *RID: *//p' | head -n 1)
    publish_as() { AlbertNet11=false dotnet publish "$work/$program" -c Release -r "$rid" -o "$work/$program.$1" -v quiet --nologo "${@:2}"; }
    for program in empty first; do
        publish_as jit --no-self-contained
        publish_as r2r --no-self-contained -p:PublishReadyToRun=true
        publish_as aot -p:PublishAot=true -p:IlcInstructionSet=x86-64-v3
    done
    for _ in $(seq "$rounds"); do
        for build in jit r2r aot; do
            seconds "$work/empty.$build/empty" >>"$work/empty.$build.s"
            seconds "$work/first.$build/first" "$work/base.safetensors" >>"$work/first.$build.s"
        done
    done
    beyond() {
        awk -v a="$(median <"$work/first.$1.s")" -v b="$(median <"$work/empty.$1.s")" -v name="$2" \
            'BEGIN { printf "%-40s %8.0f - %8.0f = %.0f ms\n", name, 1000 * a, 1000 * b, 1000 * (a - b) }'
    }
    beyond aot "first result of base, NativeAOT"
    beyond r2r "first result of base, ReadyToRun"
    beyond jit "first result of base, just in time"
fi

if wanted native; then
    publish() { AlbertNet11=false dotnet publish src/AlbertNative.Cli -c Release -f net10.0 -r "$1" "-p:$2=true" -o "$work/$2" -v quiet --nologo; }
    rid=$(dotnet --info | sed -nE 's/^ *RID: *//p' | head -n 1)
    publish "$rid" PublishAot
    publish "$rid" PublishReadyToRun
    for _ in $(seq "$rounds"); do
        for build in PublishAot PublishReadyToRun; do
            milliseconds "$work/$build/albert" bench --shapes 1x128 >>"$work/$build.ms"
        done
        milliseconds "$albert" bench --shapes 1x128 >>"$work/jit.ms"
    done
    ratio "$work/PublishAot.ms" "$work/jit.ms" "NativeAOT over just in time"
    ratio "$work/PublishReadyToRun.ms" "$work/jit.ms" "ReadyToRun over just in time"
fi
