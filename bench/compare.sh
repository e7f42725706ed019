#!/usr/bin/env bash
# Measures us and our peers in turns and writes one table of ratios:
#   bench/compare.sh [--rounds 5] [--only SECTIONS] [--shapes 1x8,1x128] [--shared DIR] [--peers DIR]
#                    [--against csharp,npm,openvino] [--openvino DIR] [--framework net10.0]
# The peers are ONNX Runtime (from NuGet, in C#, and from npm), OpenVINO (where --openvino names the folder that its wheel was
# unpacked or installed to), tokenizers (from npm) and SentencePiece (from Debian); those of npm and Debian are installed
# below --peers where they are missing. Passes are compared with ONNX Runtime in C# unless --against names others. Their models, script and texts come from the reference folder: --shared, ALBERTNATIVE_SHARED,
# or ../shared beside the repository. What is not there is named and left out. Sections (some of them with commas between):
# fp32-1, fp32-2, threads, int8-1, int8-2, mixed, text, heads, callers, tokenizer.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=5
only=
shapes=1x8,1x32,1x128,1x384,1x512,8x128,32x32
shared=${ALBERTNATIVE_SHARED:-../shared}
peers=${XDG_CACHE_HOME:-$HOME/.cache}/albertnative-peers
against=csharp
openvino=
framework=net10.0
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2 ;;
        --only) only=$2 ;;
        --shapes) shapes=$2 ;;
        --shared) shared=$2 ;;
        --peers) peers=$2 ;;
        --against) against=$2 ;;
        --openvino) openvino=$2 ;;
        --framework) framework=$2 ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done

onnxruntime_version=1.30.0
tokenizers_version=0.23.2
mkdir -p "$peers"
peers=$(cd "$peers" && pwd)
missing=()
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

# --- peers ---------------------------------------------------------------------------------------------------------

has_csharp() {
    [ -f "$shared/peers/onnxruntime/albert-base-synthetic.onnx" ] || { missing+=("$shared/peers/onnxruntime: the models that peers are measured on"); return 1; }
}

# Its installation script would download the GPU library; the CPU library is in the package.
has_npm() {
    [ -f "$shared/peers/onnxruntime/bench.mjs" ] || { missing+=("$shared/peers/onnxruntime: ONNX Runtime's models and script"); return 1; }
    command -v npm >/dev/null || { missing+=("npm and node, to install and run ONNX Runtime"); return 1; }
    [ -d "$peers/node_modules/onnxruntime-node" ] ||
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$peers" "onnxruntime-node@$onnxruntime_version" >&2 ||
        { missing+=("onnxruntime-node $onnxruntime_version, which npm could not install"); return 1; }
}

has_openvino() {
    has_csharp || return 1
    [ -n "$openvino" ] || { missing+=("--openvino, the folder of OpenVINO's wheel"); return 1; }
    PYTHONPATH=$openvino python3 -c 'import numpy, openvino' >&2 || { missing+=("openvino and numpy, which python3 does not find in $openvino"); return 1; }
}

has_sentencepiece() {
    [ -d "$shared/corpora" ] && [ -d "$shared/vocab" ] || { missing+=("$shared/corpora and $shared/vocab: texts and vocabularies"); return 1; }
    [ -x "$peers/sentencepiece-bench" ] && return
    if ! command -v g++ >/dev/null || [ ! -f /usr/include/sentencepiece_processor.h ]; then
        if [ "$(id -u)" != 0 ] || ! apt-get install -y --no-install-recommends g++ libsentencepiece-dev >&2; then
            missing+=("g++ and libsentencepiece-dev (Debian), to time SentencePiece")
            return 1
        fi
    fi
    g++ -O2 -std=c++17 bench/sentencepiece.cpp -lsentencepiece -o "$peers/sentencepiece-bench"
}

has_tokenizers() {
    [ -d "$shared/corpora" ] && [ -d "$shared/tokenizers" ] || { missing+=("$shared/corpora and $shared/tokenizers: texts and tokenizers"); return 1; }
    command -v npm >/dev/null || { missing+=("npm and node, to install and run tokenizers"); return 1; }
    [ -d "$peers/node_modules/tokenizers" ] ||
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$peers" "tokenizers@$tokenizers_version" >&2 ||
        { missing+=("tokenizers $tokenizers_version, which npm could not install"); return 1; }
}

# Each prints JSON lines of one form for [--int8] [--threads N] [--shapes LIST] [--runs N].
csharp() {
    ALBERTNATIVE_SHARED=$shared dotnet "bench/AlbertNative.Benchmarks/bin/Release/$framework/AlbertNative.Benchmarks.dll" onnxruntime "$@"
}

npm_runtime() {
    node "$shared/peers/onnxruntime/bench.mjs" --modules "$peers" "$@"
}

# Both sides of a BERT from text to vector: FastBertTokenizer and ONNX Runtime, or this library.
text() {
    ALBERTNATIVE_SHARED=$shared dotnet "bench/AlbertNative.Benchmarks/bin/Release/$framework/AlbertNative.Benchmarks.dll" text "$@"
}

openvino_runtime() {
    PYTHONPATH=$openvino python3 bench/openvino.py "$shared" "$@"
}

albert() {
    dotnet "src/AlbertNative.Cli/bin/Release/$framework/albert.dll" bench "$@" --json
}

# --- rounds --------------------------------------------------------------------------------------------------------

# record SECTION CASE ROUND SIDE COMMAND...: runs a command that prints one JSON line, and keeps the line.
record() {
    local section=$1 case=$2 round=$3 side=$4 line
    shift 4
    line=$("$@")
    printf '{"section":"%s","case":"%s","round":%d,"side":"%s",%s\n' "$section" "$case" "$round" "$side" "${line#\{}" >>"$lines"
}

# compare SECTION CASE PEER-COMMAND... -- OUR-COMMAND...: one after the other in each round, and the other way round in the next.
compare() {
    local section=$1 case=$2 round peer=()
    shift 2
    while [ "$1" != -- ]; do
        peer+=("$1")
        shift
    done
    shift
    for ((round = 1; round <= rounds; round++)); do
        printf '%s, %s, round %d\n' "$section" "$case" "$round" >&2
        if ((round % 2)); then
            record "$section" "$case" "$round" peer "${peer[@]}"
            record "$section" "$case" "$round" ours "$@"
        else
            record "$section" "$case" "$round" ours "$@"
            record "$section" "$case" "$round" peer "${peer[@]}"
        fi
    done
}

wanted() {
    [ -z "$only" ] || [[ ",$only," == *",$1,"* ]]
}

# models PEER COMMAND THREADS NAME [--int8]: every shape against one peer.
models() {
    local peer=$1 command=$2 threads=$3 name=$4 shape
    shift 4
    for shape in ${shapes//,/ }; do
        compare "$name, $peer" "$shape" "$command" --threads "$threads" --shapes "$shape" "$@" -- albert --threads "$threads" --shapes "$shape" "$@"
    done
}

# Everything is built before anything is timed.
dotnet build src/AlbertNative.Cli -c Release -v quiet >&2
dotnet build bench/AlbertNative.Benchmarks -c Release -v quiet >&2

# passes PEER COMMAND: whole forward passes against one peer.
passes() {
    if wanted fp32-1; then models "$@" 1 "fp32, 1 thread"; fi
    if wanted fp32-2; then models "$@" 2 "fp32, 2 threads"; fi
    if wanted int8-1; then models "$@" 1 "int8, 1 thread" --int8; fi
    if wanted int8-2; then models "$@" 2 "int8, 2 threads" --int8; fi
    if wanted mixed; then
        # A runtime that takes rectangles computes the padding too.
        local mixed=(--lengths 8..128 --texts 64 --runs 5)
        compare "64 texts of 8 to 128 tokens, peer padded, $1" "fp32, 1 thread" "$2" --shapes 64x128 --runs 3 -- albert "${mixed[@]}"
        compare "64 texts of 8 to 128 tokens, peer padded, $1" "int8, 1 thread" "$2" --shapes 64x128 --runs 3 --int8 -- albert "${mixed[@]}" --int8
    fi
}

if wanted fp32-1 || wanted fp32-2 || wanted int8-1 || wanted int8-2 || wanted mixed; then
    for peer in ${against//,/ }; do
        case $peer in
            csharp) if has_csharp; then passes "ONNX Runtime C#" csharp; fi ;;
            npm) if has_npm; then passes "ONNX Runtime npm" npm_runtime; fi ;;
            openvino) if has_openvino; then passes "OpenVINO" openvino_runtime; fi ;;
            *) printf 'no such peer: %s\n' "$peer" >&2; exit 2 ;;
        esac
    done
fi
if wanted threads; then
    for shape in 1x32 1x128 1x512 8x128 32x32; do
        compare "our 2 threads against our 1" "$shape" albert --threads 1 --shapes "$shape" -- albert --threads 2 --shapes "$shape"
    done
    compare "our int8 against our fp32, 1 thread" 1x32 albert --shapes 1x32 -- albert --shapes 1x32 --int8
    compare "our int8 against our fp32, 1 thread" 1x128 albert --shapes 1x128 -- albert --shapes 1x128 --int8
    compare "our int8 against our fp32, 1 thread" 8x128 albert --shapes 8x128 -- albert --shapes 8x128 --int8
fi
if wanted text && has_csharp; then
    for model in minilm bert-base; do
        for precision in fp32 int8; do
            for at_once in 1 32; do
                options=(--model "$model" --at-once "$at_once")
                if [ "$precision" = int8 ]; then options+=(--int8); fi
                compare "64 texts to vectors, $model in $precision, 1 thread" "$at_once at a time" text peer "${options[@]}" -- text ours "${options[@]}"
            done
        done
    done
fi
if wanted heads; then
    compare "last layer for the head's rows alone, 1x128" "classification" albert --shapes 1x128 -- albert --shapes 1x128 --heads cls
    compare "last layer for the head's rows alone, 1x128" "one mask" albert --shapes 1x128 -- albert --shapes 1x128 --heads mask
fi
if wanted callers; then
    compare "8 callers of one model against 1, 2 threads" 1x32 albert --threads 2 --shapes 1x32 -- albert --threads 2 --shapes 1x32 --callers 8 --runs 30
    compare "8 callers of one model against 1, 2 threads" 1x128 albert --threads 2 --shapes 1x128 -- albert --threads 2 --shapes 1x128 --callers 8 --runs 10
fi
if wanted tokenizer && has_sentencepiece; then
    for pair in en:albert-en-v2 fa:albert-fa-zwnj; do
        text=$shared/corpora/${pair%%:*}.txt model=$shared/vocab/${pair#*:}.model
        compare "tokenizer against SentencePiece, 1 thread" "${pair%%:*}" "$peers/sentencepiece-bench" "$model" "$text" 7 -- albert tokenizer "$text" --raw --tokenizer "$model"
    done
fi

if wanted tokenizer && has_tokenizers; then
    for pair in en:albert-en-v2-fast fa:albert-fa-zwnj; do
        text=$shared/corpora/${pair%%:*}.txt file=$shared/tokenizers/${pair#*:}/tokenizer.json
        compare "tokenizer against Hugging Face's Rust, 1 thread" "${pair%%:*}" node bench/tokenizers.mjs "$peers" "$file" "$text" 3 -- albert tokenizer "$text" --tokenizer "$file"
    done
fi

# --- report --------------------------------------------------------------------------------------------------------

processor() {
    sed -n "s/^$1[[:space:]]*: //p" /proc/cpuinfo 2>/dev/null | head -1
}

version() {
    "$@" 2>/dev/null | head -1 || true
}

package() {
    sed -n "s/.*\"$1\" Version=\"\([^\"]*\)\".*/\1/p" Directory.Packages.props
}

for what in ${missing[@]+"${missing[@]}"}; do
    printf 'missing: %s\n' "$what" >&2
done
if [ ! -s "$lines" ]; then
    printf 'nothing was measured\n' >&2
    exit 1
fi

name=$(processor "model name")
folder=$(printf '%s %s %s' "$name" "$(processor "cpu family")" "$(processor model)" | tr '[:upper:]' '[:lower:]' | sed 's/(r)\|(tm)//g; s/[^a-z0-9]\{1,\}/-/g; s/-$//')
commit=$(git describe --always --dirty --exclude '*')
result=bench/results/$folder/$(date -u +%F)-$commit${only:+-${only//,/-}}.md
mkdir -p "$(dirname "$result")"
{
    printf '# %s, %s\n\n' "$name" "$(date -u +%F)"
    printf -- '- processor: %s (family %s, model %s), %s logical; %s\n' "$name" "$(processor "cpu family")" "$(processor model)" "$(nproc)" \
        "$(processor flags | tr ' ' '\n' | grep -xE 'avx2|fma|avx512f|avx512_vnni|avx_vnni' | sort | tr '\n' ' ')"
    printf -- '- system: %s, .NET SDK %s, %s\n' "$(uname -sr)" "$(version dotnet --version)" "$framework"
    printf -- '- AlbertNative: %s\n' "$commit"
    printf -- '- ONNX Runtime: %s (Microsoft.ML.OnnxRuntime)\n' "$(package Microsoft.ML.OnnxRuntime)"
    if wanted text; then
        printf -- '- FastBertTokenizer: %s\n' "$(package FastBertTokenizer)"
    fi
    if [ -n "$openvino" ]; then
        printf -- '- OpenVINO: %s\n' "$(PYTHONPATH=$openvino python3 -c 'import openvino; print(openvino.__version__)')"
    fi
    if [ -d "$peers/node_modules/onnxruntime-node" ]; then
        printf -- '- ONNX Runtime: %s (onnxruntime-node, Node.js %s)\n' \
            "$(node -p "require('$peers/node_modules/onnxruntime-node/package.json').version")" "$(version node --version)"
    fi
    if [ -d "$peers/node_modules/tokenizers" ]; then
        printf -- '- tokenizers: %s (its Node.js binding)\n' "$(node -p "require('$peers/node_modules/tokenizers/package.json').version")"
    fi
    if [ -x "$peers/sentencepiece-bench" ]; then
        printf -- '- SentencePiece: %s\n' "$(version dpkg-query -W -f '${Version}' libsentencepiece-dev)"
    fi
    printf -- '- rounds: %s, the sides in turns; each round is the median of its runs, each number the median over the rounds\n\n' "$rounds"
    dotnet "bench/AlbertNative.Benchmarks/bin/Release/$framework/AlbertNative.Benchmarks.dll" report "$lines"
} >"$result"
cat "$result"
printf 'written to %s\n' "$result" >&2
