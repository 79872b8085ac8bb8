#!/bin/sh
# Makes the phantoms that train.py reads (about 200 MB):  make_cases.sh FOLDER [FLOWRUN]
set -eu
folder=${1:?give the folder for the cases}
flowrun=${2:-flowrun}
graph=$(dirname "$0")/../../phantom_cases.json
table=$(mktemp)
trap 'rm -f "$table"' EXIT

# make SIZE SPACING USE FIRST_SEED LAST_SEED
make() {
  echo case,seed > "$table"
  for seed in $(seq "$4" "$5"); do echo "$3_$seed,$seed" >> "$table"; done
  "$flowrun" run "$graph" --cases "$table" --set "size=$1" --set "spacing=$2" --set lesions=40 --out "$folder"
}

make 64,76,64 2,2,2 train 101 108
make 64,76,64 2,2,2 val 201 202
make 64,76,64 2,2,2 test 301 303
make 96,112,96 1.5,1.5,1.5 train 111 116
make 96,112,96 1.5,1.5,1.5 val 211 211
make 182,218,182 1,1,1 train 121 123
make 182,218,182 1,1,1 val 221 221
make 64,64,64 1,1,1 train 131 134
make 64,64,64 1,1,1 val 231 231
make 64,64,64 1,1,1 test 331 333
