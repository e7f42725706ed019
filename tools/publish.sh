#!/usr/bin/env bash
# The self-contained builds of the command and of the server: an archive of each for each platform, with the program and what
# its licences want said, the command's with the default models; on .NET 11, whose instructions are the newest. The archives may
# be unpacked into one folder: "albert serve" finds the server beside itself.
#   [PROGRAMS="albert albert-serve"] tools/publish.sh [FOLDER [RID ...]]        by default artifacts/ and linux-x64
set -euo pipefail
folder=$(realpath -m "${1:-artifacts}")
shift || true
[ $# -gt 0 ] || set -- linux-x64
cd "$(dirname "$0")/.."
export AlbertNet11=true
declare -A projects=([albert]=src/AlbertNative.Cli [albert-serve]=src/AlbertNative.Server)
version=$(dotnet msbuild src/AlbertNative.Cli -getProperty:Version)
mkdir -p "$folder"

for rid in "$@"; do
    for program in ${PROGRAMS:-albert albert-serve}; do
        name=$program-$version-$rid
        rm -rf "${folder:?}/$name"
        dotnet publish "${projects[$program]}" -c Release -f net11.0 -r "$rid" --self-contained \
            -p:PublishTrimmed=true -p:PublishReadyToRun=true -p:PublishSingleFile=true -o "$folder/$name" -v quiet
        tar -C "$folder" -czf "$folder/$name.tar.gz" "$name"
        printf '%s\n' "$folder/$name.tar.gz"
    done
done
