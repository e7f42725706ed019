#!/usr/bin/env bash
# Measures sentences a second of the pipeline of Spark NLP's page on one core, on a machine that does nothing else:
#   bench/spark.sh [--rounds 3] [--sentences 1000] [--before COMMIT] [--shared DIR]
# embed:     `albert embed --words`, its start and its JSON among the time.
# before:    the same by the command as it was at --before (none without it): embed over before is to be at least 1.25.
# transform: `albert transform --arrow`, its start among the time.
# spark, spark-server: the same pipeline on Spark, local[1], by a process for the task or by a server that runs; Spark's start is not
#            among the time, and neither is that the driver asks what the columns are; the start of the task's process is. Spark over
#            transform is to be at least 0.85.
# The model is the references' synthetic albert-base, the texts are the first lines of their corpora/en.txt, one thread each. Each figure
# is the median of the rounds, which are run in turns. What is built for it goes to a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3
sentences=1000
before=
shared=${ALBERTNATIVE_SHARED:-../shared}
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2 ;;
        --sentences) sentences=$2 ;;
        --before) before=$2 ;;
        --shared) shared=$2 ;;
        *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done

root=$PWD
shared=$(readlink -f "$shared")
work=$(mktemp -d)
trap 'git worktree remove --force "$work/before" 2>/dev/null || true; rm -rf "$work"' EXIT

build() { (cd "$1" && dotnet build src/AlbertNative.Cli -c Release -f net10.0 -v quiet --nologo >&2); }
build "$root"
albert=$root/src/AlbertNative.Cli/bin/Release/net10.0/albert
if [ -n "$before" ]; then
    git worktree add --detach "$work/before" "$before" >/dev/null 2>&1
    build "$work/before"
fi

mkdir "$work/graph" "$work/times"
ln -s "$shared/peers/onnxruntime/albert-base-synthetic.onnx" "$work/graph/model.onnx"
ln -s "$shared/vocab/albert-en-v2.model" "$work/graph/spiece.model"
"$albert" convert "$work/graph/model.onnx" "$work/base.safetensors" >/dev/null
head -n "$sentences" "$shared/corpora/en.txt" >"$work/texts"
sh "$shared/spark/unpack.sh" "$work/spark" >/dev/null
spark() {
    env PYTHONPATH="$work/spark" PYSPARK_PYTHON=/usr/bin/python3 SPARK_LOCAL_IP=127.0.0.1 TMPDIR="$work" \
        /usr/bin/python3 "$root/bench/spark.py" "$albert" "$work/base.safetensors" "$work/texts" "$@"
}
spark write "$work/texts.arrows"

timed() {
    local name=$1 begun=$EPOCHREALTIME
    shift
    "$@" >/dev/null
    awk -v a="$begun" -v b="$EPOCHREALTIME" -v n="$sentences" 'BEGIN { print n / (b - a) }' >>"$work/times/$name"
}
embed() { "$1" embed --words --threads 1 --model "$work/base.safetensors" --input "$work/texts"; }
transform() { "$albert" transform --arrow --threads 1 --model "$work/base.safetensors" <"$work/texts.arrows"; }

for _ in $(seq "$rounds"); do
    timed embed embed "$albert"
    [ -z "$before" ] || timed before embed "$work/before/src/AlbertNative.Cli/bin/Release/net10.0/albert"
    timed transform transform
    spark measure "$work/times"
done

median() { sort -g "$work/times/$1" | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'; }
for name in embed before transform spark spark-server; do
    [ -f "$work/times/$name" ] || continue
    case $name in
        embed) [ -z "$before" ] || over=before ;;
        spark*) over=transform ;;
        *) over= ;;
    esac
    awk -v name="$name" -v a="$(median "$name")" -v over="${over:-}" -v b="$([ -z "${over:-}" ] || median "$over")" \
        'BEGIN { printf "%-14s %7.1f sentences/s%s\n", name, a, over == "" ? "" : sprintf("  %.3f of %s", a / b, over) }'
done
