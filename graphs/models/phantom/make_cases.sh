#!/bin/sh
# Makes the phantoms of the model card (about 180 MB) and tables of them, train.csv and test.csv:  make_cases.sh FOLDER [FLOWRUN]
set -eu
folder=${1:?give the folder for the cases}
flowrun=${2:-flowrun}
graph=$(dirname "$0")/../../phantom_cases.json
table=$(mktemp)
trap 'rm -f "$table"' EXIT

# make SIZE SPACING USE FIRST_SEED LAST_SEED
make() {
  echo case,seed > "$table"
  for seed in $(seq "$4" "$5"); do
    echo "$3_$seed,$seed" >> "$table"
    echo "$3_$seed,$3_${seed}_flair.nii.gz,$3_${seed}_pd.nii.gz,$3_${seed}_t2.nii.gz,$3_${seed}_t1.nii.gz,$3_${seed}_lesions.nii.gz" >> "$folder/$3.csv"
  done
  "$flowrun" run "$graph" --cases "$table" --set "size=$1" --set "spacing=$2" --set lesions=40 --out "$folder"
}

mkdir -p "$folder"
for use in train test; do echo case,flair,pd,t2,t1,lesions > "$folder/$use.csv"; done
make 91,109,91 2,2,2 train 101 116
make 182,218,182 1,1,1 train 121 124
make 91,109,91 2,2,2 test 301 306
make 182,218,182 1,1,1 test 321 322
