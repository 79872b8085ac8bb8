// Cases from a BIDS data set, and results as a derivative.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

/// Two participants with two sessions each and one without sessions, each with a FLAIR and a T1w.
void write_dataset(const TempFolder& folder) {
  folder.write("two.json", kTwoFilesGraph);
  folder.write("study/dataset_description.json",
               R"({"Name": "Made up", "BIDSVersion": "1.9.0", "DatasetDOI": "doi:10.0/made.up"})");
  for (const char* suffix : {"FLAIR", "T1w"}) {
    for (const char* session : {"sub-01_ses-a", "sub-01_ses-b", "sub-02_ses-a", "sub-02_ses-b"}) {
      const std::string name = session;
      folder.write("study/" + name.substr(0, 6) + "/" + name.substr(7) + "/anat/" + name + "_" + suffix + ".nii.gz", "x");
    }
    folder.write(std::string("study/sub-10/anat/sub-10_") + suffix + ".nii.gz", "x");
  }
}

Ended run(const TempFolder& folder, std::vector<std::string> words) {
  std::vector<std::string> all{"run", "two.json", "--bids", "study", "--out", "study/derivatives/flowrun"};
  all.insert(all.end(), words.begin(), words.end());
  return run_flowrun(folder, all);
}

}  // namespace

TEST_CASE("flowrun run --bids: each session is a case, and results are a derivative") {
  const TempFolder folder;
  write_dataset(folder);
  const Ended ended = run(folder, {});
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "5 of 5 cases done"));
  const std::string out = "study/derivatives/flowrun/";
  CHECK(folder.read(out + "sub-01/ses-a/anat/sub-01_ses-a_desc-lesions_mask.txt") == "1\n");
  CHECK(folder.has(out + "sub-02/ses-b/anat/sub-02_ses-b_desc-lesions_mask.txt"));
  CHECK(folder.has(out + "sub-10/anat/sub-10_desc-lesions_mask.txt"));
  CHECK(folder.has(out + "sub-10_plain.txt"));
  const std::string description = folder.read(out + "dataset_description.json");
  for (const char* part : {"\"Name\": \"two of Made up\"", "\"DatasetType\": \"derivative\"", "\"Name\": \"flowrun\"",
                           "\"DOI\": \"doi:10.0/made.up\"", "\"URL\": \"file:///"})
    CHECK_MESSAGE(contains(description, part), description);
  CHECK(contains(folder.read(out + ".bidsignore"), "\n/flowrun\n/flowrun-run*\n"));
  CHECK(run(folder, {"--quiet"}).status == 0);
}

TEST_CASE("flowrun run --bids: beside each image a JSON file says what it is and what it was made of") {
  const TempFolder folder;
  write_dataset(folder);
  folder.write("images.json", kImagesGraph);
  const auto run_images = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"run", "images.json", "--bids", "study", "--out", "study/derivatives/flowrun"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(folder, words);
  };
  const Ended ended = run_images({});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  const std::string out = "study/derivatives/flowrun/", anat = out + "sub-01/ses-a/anat/sub-01_ses-a_";
  const std::string mask = folder.read(anat + "label-L_mask.json");
  CHECK(mask == R"({
  "Description": "'mask' of graph 'images': Finds lesions",
  "Sources": ["bids:source:sub-01/ses-a/anat/sub-01_ses-a_FLAIR.nii.gz"],
  "Type": "Lesion",
  "SpatialReference": "bids:source:sub-01/ses-a/anat/sub-01_ses-a_FLAIR.nii.gz"
}
)");
  CHECK(folder.read(anat + "desc-clean_T1w.json") == R"({
  "Sources": ["bids:source:sub-01/ses-a/anat/sub-01_ses-a_T1w.nii.gz"],
  "SkullStripped": true,
  "Description": "Cleaned"
}
)");
  CHECK_FALSE(folder.has(anat + "desc-other_T1w.json"));  // no image
  CHECK(contains(folder.read(out + "dataset_description.json"), "\"DatasetLinks\": {\n    \"source\": \"../..\"\n  }"));

  std::filesystem::remove(folder.path() / (anat + "label-L_mask.json"));
  const Ended again = run_images({"--resume"});
  CHECK(contains(again.out, "nothing to run"));
  CHECK(folder.read(anat + "label-L_mask.json") == mask);

  std::filesystem::remove(folder.path() / (anat + "label-L_mask.json"));
  folder.write(anat + "label-L_mask.json/in the way", "x");
  const Ended blocked = run_images({"--only", "sub-01_ses-a"});
  CHECK(blocked.status == 1);
  CHECK(contains(blocked.err, "case 'sub-01_ses-a': "));
  CHECK(contains(blocked.err, "sub-01_ses-a_label-L_mask.json"));

  REQUIRE(run_flowrun(folder, {"run", "images.json", "--bids", "study", "--out", "apart"}).status == 0);
  CHECK(contains(folder.read("apart/dataset_description.json"), "\"source\": \"file:///"));
}

TEST_CASE("flowrun validate: what BIDS wants to know of an image is asked for, and wrong inputs are told") {
  const TempFolder folder;
  std::string graph = kImagesGraph;
  const auto replace = [&](const std::string& old, const std::string& text) { graph.replace(graph.find(old), old.size(), text); };
  replace("\"SkullStripped\": true, ", "");
  replace("\"SpatialReference\": \"${flair}\"", "\"SpatialReference\": \"${flar}\"");
  folder.write("images.json", graph);
  const Ended ended = run_flowrun(folder, {"validate", "images.json"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err + ended.out,
                 "node 'mask', bids: 'metadata', 'SpatialReference': the graph has no input of files 'flar'; did you "
                 "mean 'flair'?"));
  CHECK(contains(ended.err + ended.out, "warning: node 'clean', bids: BIDS wants 'SkullStripped' of an image that is no mask"));
}

TEST_CASE("flowrun run --bids: participants and sessions are chosen as BIDS apps do") {
  const TempFolder folder;
  write_dataset(folder);
  const Ended some = run(folder, {"--dry-run", "--participant-label", "01", "sub-02", "--session-label", "b"});
  INFO(some.err);
  CHECK(some.status == 0);
  CHECK(contains(some.out, "2 cases"));
  CHECK(contains(some.out, "CASE sub-01_ses-b\n"));
  CHECK(contains(some.out, "CASE sub-02_ses-b\n"));
  CHECK(contains(run(folder, {"--dry-run", "--participant_label", "01,10"}).out, "3 cases"));
  const Ended participant = run(folder, {"--dry-run", "--only", "sub-01,sub-1?"});
  CHECK(contains(participant.out, "3 cases"));
  for (const char* name : {"sub-01_ses-a", "sub-01_ses-b", "sub-10"})
    CHECK(contains(participant.out, std::string("CASE ") + name + "\n"));
  CHECK(contains(run(folder, {"--dry-run", "--only", "*_ses-a"}).out, "2 cases"));
  CHECK(contains(run(folder, {"--dry-run", "--only", "sub-0"}).err, "--only 'sub-0' fits no case"));
  const Ended unknown = run(folder, {"--dry-run", "--participant-label", "1", "--session-label", "c"});
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "--participant-label 1: the data set has no 'sub-1'; it has '01', '02', '10'"));
  CHECK(contains(unknown.err, "--session-label c: the data set has no 'ses-c'"));
}

TEST_CASE("flowrun run --bids: several files that fit are told, and chosen among") {
  const TempFolder folder;
  write_dataset(folder);
  folder.write("study/sub-10/anat/sub-10_acq-fast_FLAIR.nii.gz", "x");
  folder.write("study/sub-01/ses-a/anat/sub-01_ses-a_T1w.nii", "x");
  const Ended unclear = run(folder, {"--dry-run"});
  CHECK(unclear.status == 2);
  CHECK(contains(unclear.err,
                 "case 'sub-10', input 'flair': 2 files fit: 'sub-10_FLAIR.nii.gz', 'sub-10_acq-fast_FLAIR.nii.gz'; "
                 "choose with --bids-filter flair.acq=, say"));
  CHECK(contains(unclear.err, "case 'sub-01_ses-a', input 't1': 2 files fit"));
  folder.write("study/.bidsignore", "*_T1w.nii\n");
  const Ended plain = run(folder, {"--dry-run", "--bids-filter", "flair.acq="});
  CHECK(plain.status == 0);
  CHECK(contains(plain.out, "sub-10_FLAIR.nii.gz"));
  const Ended fast = run(folder, {"--dry-run", "--participant-label", "10", "--bids-filter", "flair.acq=fast"});
  CHECK(fast.status == 0);
  CHECK(contains(fast.out, "sub-10_acq-fast_FLAIR.nii.gz"));
}

TEST_CASE("flowrun run --bids: what is missing or misnamed is told, and can be left out") {
  const TempFolder folder;
  write_dataset(folder);
  folder.write("study/sub-11/anat/sub-11_T1w.nii.gz", "x");
  folder.write("study/sub-12/func/sub-12_task-rest_bold.nii.gz", "x");
  folder.write("study/sub-1_3/anat/sub-1_3_T1w.nii.gz", "x");
  folder.write("study/sub-10/anat/flair copy.nii.gz", "x");
  folder.write("study/sub-10/anat/sub-01_FLAIR.nii.gz", "x");
  folder.write("study/participants.tsv", "participant_id\tage\nsub-01\t30\nsub-20\t40\n");
  const Ended refused = run(folder, {"--dry-run"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "case 'sub-11' has no file for input 'flair' ('sub-11/anat/*_FLAIR')"));
  CHECK(contains(refused.err, "1 of 6 cases lack files"));
  const Ended ended = run(folder, {"--dry-run", "--incomplete", "skip"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "5 cases"));
  CHECK(contains(ended.err, "left out: 1 session without any file that the graph asks for (anat/*_FLAIR, anat/*_T1w): 'sub-12'"));
  CHECK(contains(ended.err,
                 "its name is not one of BIDS: 'sub-1_3', 'sub-10/anat/flair copy.nii.gz', 'sub-10/anat/sub-01_FLAIR.nii.gz'"));
  CHECK(contains(ended.err, "participants.tsv names participants that have no folder: 'sub-20'"));
}

TEST_CASE(
    "flowrun run --bids: no participant and no session is lost without a word: each is an error unless it may be left out") {
  const TempFolder folder;
  write_dataset(folder);
  const auto refused = [&](const std::string& reason, std::vector<std::string> more = {}) {
    more.push_back("--dry-run");
    const Ended ended = run(folder, more);
    CHECK_MESSAGE(ended.status == 2, reason);
    CHECK_MESSAGE(contains(ended.err, reason), ended.err);
    more.insert(more.end(), {"--incomplete", "skip"});
    const Ended skipped = run(folder, more);
    CHECK_MESSAGE(skipped.status == 0, skipped.err);
    CHECK_MESSAGE(contains(skipped.err, "left out"), skipped.err);
  };
  const std::filesystem::path study = folder.path() / "study";
  SUBCASE("a participant's folder that is empty") {
    std::filesystem::create_directory(study / "sub-03");
    refused("1 session without any file that the graph asks for (anat/*_FLAIR, anat/*_T1w): 'sub-03'; add what is missing");
    folder.write("study/.gitmodules", "");
    refused("'sub-03' (folders of a data set of DataLad are empty until 'datalad get -n' fills them)");
  }
  SUBCASE("a session without images beside one that has them") {
    std::filesystem::create_directories(study / "sub-01/ses-c/anat");
    refused("1 session without any file that the graph asks for (anat/*_FLAIR, anat/*_T1w): 'sub-01_ses-c'");
  }
  SUBCASE("a participant of participants.tsv without a folder, where it is among those asked for") {
    folder.write("study/participants.tsv", "participant_id\nsub-01\nsub-20\n");
    refused("participants.tsv names participants that have no folder: 'sub-20'");
    CHECK(run(folder, {"--dry-run", "--participant-label", "01"}).status == 0);
  }
  SUBCASE("a participant asked for by name that has none of the sessions asked for") {
    refused("participant 'sub-10' has no session of those that --session-label names",
            {"--participant-label", "01", "10", "--session-label", "a"});
  }
}

TEST_CASE("flowrun run --bids: images beside the sessions of their participant are not lost in silence") {
  const TempFolder folder;
  write_dataset(folder);
  folder.write("study/sub-01/anat/sub-01_dwi.nii.gz", "x");  // not asked for
  CHECK(run(folder, {}).status == 0);
  folder.write("study/sub-01/anat/sub-01_FLAIR.nii.gz", "x");
  const Ended ended = run(folder, {});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "images that the graph asks for lie outside of the sessions that their participants have: "));
  CHECK(contains(ended.err, "study/sub-01/anat/sub-01_FLAIR.nii.gz"));
  const Ended skipped = run(folder, {"--incomplete", "skip"});
  CHECK(skipped.status == 0);
  CHECK(contains(skipped.err, "left out: images that the graph asks for lie outside of the sessions"));
  CHECK(contains(skipped.out, "5 of 5 cases done"));
  CHECK(run(folder, {"--session-label", "a"}).status == 0);
  CHECK(run(folder, {"--participant-label", "02"}).status == 0);
  CHECK(run(folder, {"--participant-label", "01"}).status == 2);
}

TEST_CASE("flowrun run --bids: a description of the data set that is no JSON object is named in a warning") {
  for (const std::string text : {"{\"Name\": ", "", "[]", "name"}) {
    const TempFolder folder;
    write_dataset(folder);
    folder.write("study/dataset_description.json", text);
    const Ended ended = run(folder, {});
    INFO(text, ": ", ended.err);
    CHECK(ended.status == 0);
    CHECK(contains(ended.err, "warning: 'study/dataset_description.json' is no"));
    CHECK(contains(ended.err, "; nothing is taken from it"));
  }
}

TEST_CASE("flowrun run --bids: results never take the place of a data set's own description") {
  const TempFolder folder;
  write_dataset(folder);
  const Ended same = run_flowrun(folder, {"run", "two.json", "--bids", "study", "--out", "study"});
  CHECK(same.status == 2);
  CHECK(contains(same.err, "'study/dataset_description.json' describes a data set that flowrun did not make"));
  folder.write("broken/dataset_description.json", "{\"GeneratedBy\": [3, {\"Name\": 4}");
  CHECK(run_flowrun(folder, {"run", "two.json", "--bids", "study", "--out", "broken"}).status == 2);
}

TEST_CASE("flowrun run --bids: graphs and words that do not fit are told") {
  const TempFolder folder;
  write_dataset(folder);
  folder.write("file.json", kFileGraph);
  const Ended no_key = run_flowrun(folder, {"run", "file.json", "--bids", "study", "--dry-run"});
  CHECK(contains(no_key.err, "graph input 'image' has no 'bids', so the data set gives it no value"));
  CHECK(contains(run_flowrun(folder, {"run", "two.json", "--help"}).out, "flair  <participant and session>/anat/*_FLAIR"));
  const Ended by_filter =
      run_flowrun(folder, {"run", "file.json", "--bids", "study", "--bids-filter", "image.suffix=FLAIR", "--dry-run"});
  INFO(by_filter.err);
  CHECK(by_filter.status == 0);
  const Ended wrong = run(folder, {"--dry-run", "--bids-filter", "flair.akq=x", "--bids-filter", "flar.acq=x", "--bids-filter",
                                   "flair=x", "--bids-filter", "flair.acq=a_b", "--cases", "x.csv", "--case-name", "x"});
  for (const char* part :
       {"BIDS has no entity 'akq'; did you mean 'acq'?", "has no input of files 'flar'; did you mean 'flair'?",
        "write INPUT.ENTITY=LABEL", "a label contains letters and digits", "--bids and --cases both say where the cases come from",
        "--case-name names a single case; with --bids"})
    CHECK_MESSAGE(contains(wrong.err, part), wrong.err);
  CHECK(contains(run_flowrun(folder, {"run", "two.json", "--bids", "none"}).err, "--bids 'none': there is no such folder"));
  CHECK(contains(run_flowrun(folder, {"run", "two.json", "--bids", "."}).err,
                 "there are no folders sub-<label>, so this is no BIDS data set"));
  CHECK(
      contains(run_flowrun(folder, {"run", "two.json", "--participant-label", "1"}).err, "--participant-label needs --bids DIR"));
}
