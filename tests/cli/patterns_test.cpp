// Cases found by patterns of file names.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

Ended dry_run(const TempFolder& folder, std::vector<std::string> words) {
  folder.write("two.json", kTwoFilesGraph);
  std::vector<std::string> all{"run", "two.json", "--dry-run"};
  all.insert(all.end(), words.begin(), words.end());
  return run_flowrun(folder, all);
}

const std::vector<std::string> kBoth{"--cases", "flair=data/{case}/FLAIR.nii", "--cases", "t1=data/{case}/T1.nii"};

void write_cases(const TempFolder& folder) {
  for (const char* name : {"p1", "p2", "p10"})
    for (const char* file : {"FLAIR.nii", "T1.nii"}) folder.write(std::string("data/") + name + "/" + file, "x");
}

}  // namespace

TEST_CASE("flowrun run --cases: patterns find a case for each name, in natural order") {
  const TempFolder folder;
  write_cases(folder);
  folder.write("data/.hidden/FLAIR.nii", "x");
  const Ended ended = dry_run(folder, kBoth);
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "3 cases"));
  const std::size_t first = ended.out.find("CASE p1\n"), second = ended.out.find("CASE p2\n"),
                    third = ended.out.find("CASE p10\n");
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != std::string::npos);
  CHECK(contains(ended.out, "data/p10/T1.nii"));
}

TEST_CASE("flowrun run --cases: cases that lack a file are told all at once, or left out when asked") {
  const TempFolder folder;
  write_cases(folder);
  folder.write("data/p3/FLAIR.nii", "x");
  folder.write("data/p4/T1.nii", "x");
  const Ended refused = dry_run(folder, kBoth);
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "case 'p3' has no file for input 't1' ('data/p3/T1.nii')"));
  CHECK(contains(refused.err, "case 'p4' has no file for input 'flair' ('data/p4/FLAIR.nii')"));
  CHECK(contains(refused.err, "2 of 5 cases lack files; add them, or leave those cases out with --incomplete skip"));
  std::vector<std::string> words = kBoth;
  words.insert(words.end(), {"--incomplete", "skip"});
  const Ended left_out = dry_run(folder, words);
  CHECK(left_out.status == 0);
  CHECK(contains(left_out.err, "warning: case 'p3' is left out"));
  CHECK(contains(left_out.out, "3 cases"));
}

TEST_CASE("flowrun run --cases: a pattern that fits nothing, or several files of a case, is a fault") {
  const TempFolder folder;
  write_cases(folder);
  const Ended ended =
      dry_run(folder, {"--cases", "flair=data/{case}/*.nii", "--cases", "t1=dta/{case}/T1.nii", "--incomplete", "drop"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err,
                 "case 'p1', input 'flair': 2 files fit the pattern 'data/{case}/*.nii': 'data/p1/FLAIR.nii', 'data/p1/T1.nii'"));
  CHECK(contains(ended.err, "input 't1': no file fits the pattern 'dta/{case}/T1.nii'; there is no folder 'dta'"));
  CHECK(contains(ended.err, "--incomplete takes error or skip, not 'drop'"));
}

TEST_CASE("flowrun run --cases: words that are no use are told with what to write instead") {
  const TempFolder folder;
  write_cases(folder);
  const Ended one = dry_run(folder, {"--cases", "data/{case}/FLAIR.nii"});
  CHECK(contains(
      one.err,
      "graph 'two' has 2 inputs that are files; say which one the pattern is for: --cases flair='data/{case}/FLAIR.nii'"));
  const Ended missing = dry_run(folder, {"--cases", "flair=data/{case}/FLAIR.nii"});
  CHECK(
      contains(missing.err,
               "graph 'two' needs input 't1' too: --cases t1='...{case}...' finds a file for each case, --in t1=... gives one"));
  const Ended wrong = dry_run(folder, {"--cases", "flair=data/{subject}/FLAIR.nii", "--cases", "t2=data/{case}/T1.nii", "--cases",
                                       "value={case}", "--in", "t1=data/{case}/T1.nii"});
  CHECK(contains(wrong.err, "there is no such table, and a pattern contains {case}"));
  CHECK(contains(wrong.err, "graph 'two' has no input 't2'; did you mean 't1'?"));
  CHECK(contains(wrong.err, "input 'value' takes number, and patterns find files"));
  CHECK(contains(wrong.err, "--in t1: this gives one value to all cases; a pattern that finds cases goes with --cases"));
  const Ended twice =
      dry_run(folder, {"--cases", "flair=a/{case}", "--cases", "flair=b/{case}", "--cases", "a.csv", "--cases", "b.csv"});
  CHECK(contains(twice.err, "--cases gives two patterns for input 'flair'; give one"));
  CHECK(contains(twice.err, "--cases: two tables, 'a.csv' and 'b.csv'; give one"));
}

TEST_CASE("flowrun run --cases: of a table, too, cases that lack a file are left out when asked, and the refusal says how") {
  const TempFolder folder;
  write_cases(folder);
  folder.write("cases.csv", "case,flair,t1\np1,data/p1/FLAIR.nii,data/p1/T1.nii\np2,gone.nii,data/p2/T1.nii\n");
  const Ended refused = dry_run(folder, {"--cases", "cases.csv"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "cases.csv:3:1: error: case 'p2', input 'flair': the file 'gone.nii' does not exist"));
  CHECK(contains(refused.err,
                 "1 of 2 cases lacks files; add them, or leave that case out with --exclude p2 or --incomplete skip"));
  const Ended left_out = dry_run(folder, {"--cases", "cases.csv", "--incomplete", "skip"});
  CHECK_MESSAGE(left_out.status == 0, left_out.err);
  CHECK(contains(left_out.err, "cases.csv:3:1: warning: case 'p2', input 'flair': the file 'gone.nii' does not exist; this case is left out"));
  CHECK(contains(left_out.out, "CASE p1\n"));
  CHECK_FALSE(contains(left_out.out, "CASE p2\n"));
  folder.write("cases.csv", "case,flair,t1\np2,gone.nii,data/p2/T1.nii\n");
  const Ended nothing = dry_run(folder, {"--cases", "cases.csv", "--incomplete", "skip"});
  CHECK(nothing.status == 2);
  CHECK(contains(nothing.err, "no case has all of its files, so nothing is left to run"));
}

TEST_CASE("flowrun run --cases: a table names the cases and a pattern their files") {
  const TempFolder folder;
  write_cases(folder);
  folder.write("cases.csv", "case,t1\np2,data/p2/T1.nii\np7,data/p2/T1.nii\n");
  const Ended ended = dry_run(folder, {"--cases", "cases.csv", "--cases", "flair=data/{case}/FLAIR.nii"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "cases.csv:3:1: error: case 'p7', input 'flair': the file 'data/p7/FLAIR.nii' does not exist"));
  CHECK_FALSE(contains(ended.err, "'p2'"));
  const Ended starred = dry_run(folder, {"--cases", "cases.csv", "--cases", "flair=*/{case}/FLAIR.nii"});
  CHECK(contains(starred.err, "cases.csv:3:1: error: case 'p7', input 'flair': no file fits the pattern '*/{case}/FLAIR.nii'"));
  const Ended both =
      dry_run(folder, {"--cases", "cases.csv", "--cases", "t1=data/{case}/T1.nii", "--in", "flair=data/p1/FLAIR.nii"});
  CHECK(contains(both.err, "input 't1' is given by this column and by a pattern of --cases; give it once"));
}

TEST_CASE("flowrun run --cases: a graph of one file takes a pattern without a name, and the cases run") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  for (const char* name : {"a", "b"}) folder.write(std::string(name) + ".nii", "x");
  const Ended ended = run_flowrun(folder, {"run", "file.json", "--cases", "{case}.nii", "--quiet"});
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(folder.read("out/a.txt") == "1\n");
  CHECK(folder.read("out/b.txt") == "1\n");
}
