// Data sets made of links: git-annex and DataLad, farms of links, and contents that are not here.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

void link(const TempFolder& folder, const std::string& name, const fs::path& target) {
  const fs::path path = folder.path() / name;
  fs::create_directories(path.parent_path());
  fs::create_symlink(target, path);
}

enum class Kept { here, dropped };

/// A locked file of git-annex: a link into the store of the data set 'study'.
void annex(const TempFolder& folder, const std::string& name, Kept kept) {
  std::string key = name;
  std::replace(key.begin(), key.end(), '/', '-');
  const std::string object = "study/.git/annex/objects/x1/y2/" + key + "/" + key;
  if (kept == Kept::here) folder.write(object, "x");
  else fs::create_directories(folder.path() / "study/.git/annex/objects");
  link(folder, name, (folder.path() / object).lexically_relative((folder.path() / name).parent_path()));
}

std::string image(const std::string& subject, const char* suffix) {
  return "study/" + subject + "/anat/" + subject + "_" + suffix + ".nii.gz";
}

void begin_dataset(const TempFolder& folder) {
  folder.write("two.json", kTwoFilesGraph);
  folder.write("images.json", kImagesGraph);
  folder.write("file.json", kFileGraph);
  folder.write("study/dataset_description.json", R"({"Name": "Made up", "BIDSVersion": "1.9.0"})");
}

void add_subject(const TempFolder& folder, const std::string& subject) {
  for (const char* suffix : {"FLAIR", "T1w"}) folder.write(image(subject, suffix), "x");
}

Ended run(const TempFolder& folder, const std::string& graph, std::vector<std::string> words) {
  words.insert(words.begin(), {"run", graph});
  return run_flowrun(folder, words);
}

std::string get_words(const std::string& name) {
  return "is a file of git-annex whose content is missing; get it with 'git annex get " + name + "' or 'datalad get " + name +
         "'";
}

}  // namespace

TEST_CASE("flowrun run --bids: Sources names the images of a data set of links as the data set does") {
  const TempFolder folder;
  begin_dataset(folder);
  for (const char* suffix : {"FLAIR", "T1w"}) {
    annex(folder, image("sub-01", suffix), Kept::here);
    const fs::path elsewhere = folder.write(std::string("store/b_") + suffix + ".nii.gz", "x");
    link(folder, image("sub-02", suffix), elsewhere);                                                      // a farm of links
    folder.write(std::string("store/sub-03/anat/sub-03_") + suffix + ".nii.gz", "x");                      // a linked folder
    link(folder, image("sub-04", suffix), "../../sub-02/anat/sub-02_" + std::string(suffix) + ".nii.gz");  // a chain
  }
  link(folder, "study/sub-03", "../store/sub-03");
  link(folder, "other_way", "study");
  for (const std::string bids : {"study", "study/", "./study", "other_way", "store/../study"}) {
    CAPTURE(bids);
    const Ended ended = run(folder, "images.json", {"--bids", bids, "--out", "out", "--quiet"});
    REQUIRE_MESSAGE(ended.status == 0, ended.err);
    for (const std::string subject : {"sub-01", "sub-02", "sub-03", "sub-04"}) {
      const std::string text = folder.read("out/" + subject + "/anat/" + subject + "_label-L_mask.json");
      const std::string name = "bids:source:" + subject + "/anat/" + subject + "_FLAIR.nii.gz";
      CHECK_MESSAGE(contains(text, "\"Sources\": [\"" + name + "\"]"), text);
      CHECK_MESSAGE(contains(text, "\"SpatialReference\": \"" + name + "\""), text);
    }
    fs::remove_all(folder.path() / "out");
  }
}

TEST_CASE("flowrun run --bids: a file given by --in through a link keeps the name that the data set has for it") {
  const TempFolder folder;
  begin_dataset(folder);
  add_subject(folder, "sub-01");
  annex(folder, image("sub-02", "FLAIR"), Kept::here);
  annex(folder, image("sub-02", "T1w"), Kept::here);
  link(folder, "mine.nii.gz", folder.path() / image("sub-02", "T1w"));
  folder.write("stranger.nii.gz", "x");
  const auto t1_of = [&](const std::string& file) {
    const Ended ended = run(folder, "images.json", {"--bids", "study", "--out", "out", "--only", "sub-01", "--in", "t1=" + file});
    REQUIRE_MESSAGE(ended.status == 0, ended.err);
    return folder.read("out/sub-01/anat/sub-01_desc-clean_T1w.json");
  };
  CHECK(contains(t1_of("mine.nii.gz"), "[\"bids:source:sub-02/anat/sub-02_T1w.nii.gz\"]"));
  CHECK(contains(t1_of("study/../" + image("sub-02", "T1w")), "[\"bids:source:sub-02/anat/sub-02_T1w.nii.gz\"]"));
  CHECK_FALSE(contains(t1_of("stranger.nii.gz"), "Sources"));
  CHECK_FALSE(contains(
      t1_of("study/.git/annex/objects/x1/y2/study-sub-02-anat-sub-02_T1w.nii.gz/study-sub-02-anat-sub-02_T1w.nii.gz"), "annex"));
}

TEST_CASE(
    "flowrun run --bids: content that git-annex dropped is named as such, and never replaced by another file or a default") {
  const TempFolder folder;
  begin_dataset(folder);
  add_subject(folder, "sub-01");
  annex(folder, image("sub-02", "FLAIR"), Kept::dropped);
  annex(folder, image("sub-02", "T1w"), Kept::here);
  add_subject(folder, "sub-03");
  folder.write(image("sub-03", "T1w"), "/annex/objects/SHA256E-s31--0a1b.nii.gz\n");  // unlocked
  add_subject(folder, "sub-04");
  folder.write(image("sub-04", "T1w"), "../../.git/annex/objects/x1/y2/K/K");  // a link where there are none
  const Ended refused = run(folder, "two.json", {"--bids", "study", "--out", "out", "--dry-run"});
  CHECK(refused.status == 2);
  for (const auto& [subject, input, suffix] :
       {std::tuple{"sub-02", "flair", "FLAIR"}, std::tuple{"sub-03", "t1", "T1w"}, std::tuple{"sub-04", "t1", "T1w"}}) {
    const std::string file = image(subject, suffix);
    const std::string said = std::string("case '") + subject + "', input '" + input + "': '" + file + "' is a file of git-annex";
    CHECK_MESSAGE(contains(refused.err, said), refused.err);
  }
  const std::string sub02 = "sub-02/anat/sub-02_FLAIR.nii.gz";
  CHECK_MESSAGE(contains(refused.err, get_words(sub02) + " in '" + fs::canonical(folder.path() / "study").string() + "'"),
                refused.err);
  CHECK(contains(refused.err, "3 of 4 cases lack files"));

  const Ended skipped = run(folder, "two.json", {"--bids", "study", "--out", "out", "--incomplete", "skip"});
  CHECK_MESSAGE(skipped.status == 0, skipped.err);
  CHECK(contains(skipped.out, "1 of 1 case done"));
  CHECK(contains(skipped.err, "warning: case 'sub-02' is left out: input 'flair': "));

  std::string with_default = kTwoFilesGraph;
  with_default.replace(with_default.find(R"({ "type": "path", "bids": { "suffix": "FLAIR" } })"), 1,
                       R"({ "default": "two.json",)");
  folder.write("default.json", with_default);
  const Ended defaulted = run(folder, "default.json", {"--bids", "study", "--out", "out", "--dry-run"});
  CHECK(defaulted.status == 2);
  CHECK(contains(defaulted.err, "case 'sub-02', input 'flair': "));
}

TEST_CASE(
    "flowrun run --bids: a subject whose only image was dropped is an error, and links to nothing are named with their end") {
  const TempFolder folder;
  begin_dataset(folder);
  add_subject(folder, "sub-01");
  annex(folder, image("sub-02", "FLAIR"), Kept::dropped);
  annex(folder, image("sub-02", "T1w"), Kept::dropped);
  link(folder, image("sub-03", "FLAIR"), "/gone/flair.nii.gz");
  folder.write(image("sub-03", "T1w"), "x");
  link(folder, "study/sub-04", "/gone/sub-04");
  link(folder, "study/sub-05/ses-a", "ses-b");
  link(folder, "study/sub-06/anat", "anat");
  const Ended ended = run(folder, "two.json", {"--bids", "study", "--out", "out", "--dry-run"});
  CHECK(ended.status == 2);
  for (const std::string& part :
       {"case 'sub-02', input 'flair': '" + image("sub-02", "FLAIR") + "' is a file of git-annex",
        "case 'sub-03', input 'flair': '" + image("sub-03", "FLAIR") +
            "' is a broken link to '/gone/flair.nii.gz', which does not exist",
        std::string("case 'sub-04', input 't1': 'study/sub-04/anat' cannot be reached: 'study/sub-04' is a broken link to "
                    "'/gone/sub-04'"),
        std::string("case 'sub-05_ses-a', input 't1': 'study/sub-05/ses-a/anat' cannot be reached: 'study/sub-05/ses-a' is a "
                    "broken link to "
                    "'study/sub-05/ses-b', which does not exist"),
        std::string("case 'sub-06', input 't1': 'study/sub-06/anat' is a broken link, which leads back to itself"),
        std::string("5 of 6 cases lack files")})
    CHECK_MESSAGE(contains(ended.err, part), ended.err);
}

TEST_CASE("flowrun run --bids: a description, rules or participants whose content is not here are not taken for missing ones") {
  const TempFolder folder;
  begin_dataset(folder);
  add_subject(folder, "sub-01");
  annex(folder, "study/participants.tsv", Kept::dropped);
  const Ended warned = run(folder, "two.json", {"--bids", "study", "--out", "out", "--dry-run"});
  CHECK(warned.status == 0);
  CHECK(contains(warned.err, "warning: 'study/participants.tsv' " + get_words("participants.tsv")));
  annex(folder, "study/.bidsignore", Kept::dropped);
  const Ended refused = run(folder, "two.json", {"--bids", "study", "--out", "out", "--dry-run"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "error: 'study/.bidsignore' " + get_words(".bidsignore")));
  fs::remove(folder.path() / "study/.bidsignore");

  fs::create_directory(folder.path() / "theirs");
  link(folder, "theirs/dataset_description.json", "../study/.git/annex/objects/x1/y2/D/D");
  const Ended theirs = run(folder, "two.json", {"--bids", "study", "--out", "theirs"});
  CHECK(theirs.status == 2);
  CHECK(contains(theirs.err, "who made the data set there is not known without it"));
  CHECK(fs::is_symlink(folder.path() / "theirs/dataset_description.json"));

  fs::remove(folder.path() / "study/dataset_description.json");
  for (const char* name : {"study/dataset_description.json", "study/.bidsignore"})
    REQUIRE(::mkfifo((folder.path() / name).c_str(), 0600) == 0);
  CHECK(run(folder, "two.json", {"--bids", "study", "--out", "out", "--quiet"}).status == 0);  // and does not wait for ever
}

TEST_CASE("flowrun run --bids: links in the output folder lead no result of a data set out of it") {
  const TempFolder folder;
  begin_dataset(folder);
  add_subject(folder, "sub-01");
  fs::create_directories(folder.path() / "elsewhere");
  link(folder, "out/sub-01", "../elsewhere");
  const Ended ended = run(folder, "images.json", {"--bids", "study", "--out", "out"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "outside the output folder"));
  CHECK(fs::is_empty(folder.path() / "elsewhere"));

  const fs::path kept = folder.write("elsewhere/kept.txt", "kept");
  for (const char* name : {"next/sub-01/anat/sub-01_label-L_mask.json", "next/.bidsignore"}) link(folder, name, kept);
  CHECK(run(folder, "images.json", {"--bids", "study", "--out", "next"}).status == 0);
  CHECK(folder.read("elsewhere/kept.txt") == "kept");
  CHECK(contains(folder.read("next/sub-01/anat/sub-01_label-L_mask.json"), "bids:source:"));
}

TEST_CASE("flowrun run: dropped content and links to nothing are named for tables, patterns, --in and parameters too") {
  const TempFolder folder;
  begin_dataset(folder);
  annex(folder, "study/a/FLAIR.nii", Kept::here);
  annex(folder, "study/a/T1.nii", Kept::here);
  annex(folder, "study/b/FLAIR.nii", Kept::dropped);
  annex(folder, "study/b/T1.nii", Kept::dropped);
  link(folder, "study/c", "/gone/c");
  const auto refused = [&](const std::string& graph, std::vector<std::string> words, const std::vector<std::string>& parts) {
    words.insert(words.end(), {"--out", "out", "--dry-run"});
    const Ended ended = run(folder, graph, words);
    CHECK(ended.status == 2);
    for (const std::string& part : parts) CHECK_MESSAGE(contains(ended.err, part), ended.err);
  };
  const std::vector<std::string> patterns{"--cases", "flair=study/{case}/FLAIR.nii", "--cases", "t1=study/{case}/T*.nii"};
  const std::string of_c = "cannot be reached: 'study/c' is a broken link to '/gone/c', which does not exist";
  refused(
      "two.json", patterns,
      {"case 'b', input 'flair': 'study/b/FLAIR.nii' " + get_words("b/FLAIR.nii"),
       "case 'b', input 't1': 'study/b/T1.nii' " + get_words("b/T1.nii"), "case 'c', input 'flair': 'study/c/FLAIR.nii' " + of_c,
       "case 'c', input 't1': 'study/c' is a broken link to '/gone/c'", "2 of 3 cases lack files"});
  std::vector<std::string> skip = patterns;
  skip.insert(skip.end(), {"--incomplete", "skip", "--out", "out"});
  const Ended skipped = run(folder, "two.json", skip);
  CHECK_MESSAGE(skipped.status == 0, skipped.err);
  CHECK(contains(skipped.out, "1 of 1 case done"));

  folder.write("cases.csv", "case,image\na,study/a/T1.nii\nb,study/b/T1.nii\nc,study/c/T1.nii\n");
  refused("file.json", {"--cases", "cases.csv"},
          {"case 'b', input 'image': the file 'study/b/T1.nii' " + get_words("b/T1.nii"),
           "case 'c', input 'image': the file 'study/c/T1.nii' " + of_c});
  refused("file.json", {"--in", "image=study/b/T1.nii"}, {"input 'image': the file 'study/b/T1.nii' " + get_words("b/T1.nii")});
  refused("file.json", {"--in", "image=study/a/T1.nii", "--set", "make.file=study/b/T1.nii"}, {get_words("b/T1.nii")});
  annex(folder, "study/table.csv", Kept::dropped);
  folder.write("study/unlocked.csv", "/annex/objects/SHA256E-s31--0a1b.csv\n");
  refused("file.json", {"--cases", "study/table.csv"}, {"the table of cases cannot be used: it " + get_words("table.csv")});
  refused("file.json", {"--cases", "study/unlocked.csv"}, {"the table of cases cannot be used: it " + get_words("unlocked.csv")});
}
