// Order, patterns, ignore rules and shards, apart from a run.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "cohort/bids/dataset.h"
#include "cohort/bids/ignore.h"
#include "cohort/case_pattern.h"
#include "cohort/natural_order.h"
#include "cohort/shard.h"
#include "flowrun/sdk/error.h"
#include "support/needs.h"

using namespace flowrun;

namespace {

namespace fs = std::filesystem;

class Tree {
 public:
  explicit Tree(const std::vector<std::string>& files)
      : path_(fs::temp_directory_path() / ("flowrun_tree_" + std::to_string(getpid()))) {
    for (const std::string& file : files) {
      fs::create_directories((path_ / file).parent_path());
      std::ofstream(path_ / file) << "x";
    }
  }
  ~Tree() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  /// "p1=a/p1.nii p2=a/p2.nii" of what a pattern finds below the tree.
  std::string find(const std::string& pattern, const std::string& name = "") const {
    std::vector<std::string> unreadable;
    std::string text;
    for (const auto& match : CasePattern((path_ / pattern).string()).find(name, unreadable))
      text += (text.empty() ? "" : " ") + match.name + "=" + fs::path(match.path).lexically_relative(path_).string();
    CHECK(unreadable.empty());
    return text;
  }

 private:
  fs::path path_;
};

std::string fault_of(const std::string& pattern) {
  try {
    CasePattern made(pattern);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

Environment environment_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

Environment slurm(const char* id, const char* count, const char* first, const char* last) {
  return environment_of({{"SLURM_ARRAY_TASK_ID", id},
                         {"SLURM_ARRAY_TASK_COUNT", count},
                         {"SLURM_ARRAY_TASK_MIN", first},
                         {"SLURM_ARRAY_TASK_MAX", last}});
}

/// "2/8", or the fault.
std::string shard_text(const std::string& text, const Environment& environment = environment_of({})) {
  Diagnostics faults;
  const Shard shard = parse_shard(text, environment, faults);
  return faults.has_errors() ? faults.all().front().message : std::to_string(shard.index) + "/" + std::to_string(shard.count);
}

std::vector<std::string> names_up_to(int count) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back("p" + std::to_string(i));
  return names;
}

}  // namespace

TEST_CASE("BidsDataset: a folder that may not be looked into is named, not taken for an empty one") {
  const Tree tree({"sub-01/anat/sub-01_FLAIR.nii.gz", "sub-02/ses-a/anat/sub-02_ses-a_FLAIR.nii.gz"});
  fs::permissions(tree.path() / "sub-01/anat", fs::perms::none);
  fs::permissions(tree.path() / "sub-02", fs::perms::none);
  const testing::AsOrdinaryUser user(tree.path());
  BidsDataset data(tree.path());
  CHECK(data.sessions().size() == 2);
  CHECK(data.files(data.sessions().front(), "anat", {".nii.gz"}).empty());
  const std::string refused = "cannot look into folder '" + tree.path().string();
  CHECK(data.unreadable() ==
        std::vector<std::string>{refused + "/sub-02': Permission denied", refused + "/sub-01/anat': Permission denied"});
}

TEST_CASE("natural order: numbers count as numbers, and the order is total") {
  std::vector<std::string> names{"p10", "p2", "p02", "P1", "p", "p1b", "p1", "p1a10", "p1a9", "10", "9"};
  std::sort(names.begin(), names.end(), natural_less);
  CHECK(names == std::vector<std::string>{"9", "10", "P1", "p", "p1", "p1a9", "p1a10", "p1b", "p02", "p2", "p10"});
  for (const std::string& a : names)
    for (const std::string& b : names) CHECK((natural_less(a, b) || natural_less(b, a)) == (a != b));
}

TEST_CASE("case pattern: finds a name wherever it stands, the same in every place") {
  const Tree tree({"d/p1/p1_FLAIR.nii", "d/p2/p2_FLAIR.nii", "d/p10/p10_FLAIR.nii", "d/p3/p4_FLAIR.nii", "d/.p5/.p5_FLAIR.nii",
                   "d/p6", "e/x_1.nii"});
  CHECK(tree.find("d/{case}/{case}_FLAIR.nii") == "p1=d/p1/p1_FLAIR.nii p2=d/p2/p2_FLAIR.nii p10=d/p10/p10_FLAIR.nii");
  CHECK(tree.find("d/{case}/*_FLAIR.nii") ==
        "p1=d/p1/p1_FLAIR.nii p2=d/p2/p2_FLAIR.nii p3=d/p3/p4_FLAIR.nii p10=d/p10/p10_FLAIR.nii");
  CHECK(tree.find("*/x_{case}.nii") == "1=e/x_1.nii");
  CHECK(tree.find("d/{case}/{case}_FLAIR.nii", "p2") == "p2=d/p2/p2_FLAIR.nii");
  CHECK(tree.find("d/{case}/{case}_FLAIR.nii", "p3").empty());
  CHECK(tree.find("d/{case}").find("p6=d/p6") != std::string::npos);
  CHECK(tree.find("none/{case}/x").empty());
  CHECK(tree.find("d/./../d/{case}/p1_FLAIR.nii") == "p1=d/./../d/p1/p1_FLAIR.nii");
}

TEST_CASE("case pattern: many stars are looked through, and a star in a name is a character") {
  const std::string many(200, 'a');
  const Tree tree({"d/" + many + "xb", "e/" + many, "f/p*1/p*1.nii", "f/p21/p*1.nii", "g/{case}/x", "h/p_1_x/p_1.nii",
                   "h/p_2_x/p_2.nii", "h/p_2_x/p.nii"});
  std::string stars;
  for (int i = 0; i < 30; ++i) stars += "*a";
  CHECK(tree.find("d/" + stars + "{case}b") == many.substr(30) + "x=d/" + many + "xb");
  CHECK(tree.find("e/" + stars + "{case}b").empty());
  CHECK(tree.find("f/{case}/{case}.nii") == "p*1=f/p*1/p*1.nii");
  CHECK(tree.find("h/{case}_*/{case}.nii") == "p=h/p_2_x/p.nii p_1=h/p_1_x/p_1.nii");  // p, or p_1 where there is no p
  CHECK(tree.find("g/{case}/x") == "{case}=g/{case}/x");
}

TEST_CASE("case pattern: one that could mean several things is refused") {
  CHECK(fault_of("d/{case}/x.nii").empty());
  CHECK(fault_of("d/{case}/{session}.nii").find("'{session}' means nothing") != std::string::npos);
  CHECK(fault_of("d/{case/x").find("'{case/x' means nothing") != std::string::npos);
  for (const char* unclear : {"d/*{case}.nii", "d/{case}*.nii", "{case}{case}", "**/{case}.nii"})
    CHECK(fault_of(unclear).find("leaves open where a name ends") != std::string::npos);
}

TEST_CASE(".bidsignore: globs, folders, roots, and taking back") {
  const BidsIgnore rules("# comment\n*.tmp\n/sub-01/\n/extra\n**/scratch/**\nsub-*/ses-0[12]/func\n!keep.tmp\r\nraw/\n");
  CHECK(rules.ignores("sub-02/anat/a.tmp", false));
  CHECK_FALSE(rules.ignores("sub-02/anat/keep.tmp", false));
  CHECK(rules.ignores("sub-01/anat/x.nii", false));
  CHECK(rules.ignores("extra", false));
  CHECK_FALSE(rules.ignores("sub-02/extra", false));
  CHECK(rules.ignores("a/b/scratch/c/d", false));
  CHECK_FALSE(rules.ignores("a/scratch", false));
  CHECK(rules.ignores("sub-02/ses-02/func/x.nii", false));
  CHECK_FALSE(rules.ignores("sub-02/ses-03/func/x.nii", false));
  CHECK_FALSE(rules.ignores("raw", false));
  CHECK(rules.ignores("x/raw", true));
  CHECK_FALSE(BidsIgnore("\n  \n!\n/\n#\n").ignores("a/b", false));
  std::string anywhere;
  for (int i = 0; i < 10000; ++i) anywhere += "**/";
  CHECK(BidsIgnore(anywhere + "x").ignores("a/b/c/d/e/x", false));
  CHECK_FALSE(BidsIgnore(anywhere + "y/**").ignores("a/b/c/d/e/y", false));
}

TEST_CASE("shard: i/n, or the place of a task in its job array") {
  CHECK(shard_text("") == "1/1");
  CHECK(shard_text("3/8") == "3/8");
  for (const char* wrong : {"0/3", "4/3", "1/0", "3", "/", "1/2/3", "a/b", "-1/2", "1/1000000", "99999999999/3"})
    CHECK(shard_text(wrong).find("--shard takes i/n") != std::string::npos);
  CHECK(shard_text("slurm", slurm("0", "4", "0", "3")) == "1/4");
  CHECK(shard_text("slurm", slurm("8", "3", "4", "8")) == "3/3");
  CHECK(shard_text("slurm", slurm("7", "1", "7", "7")) == "1/1");
  CHECK(shard_text("slurm").find("this is no task of a Slurm job array") != std::string::npos);
  auto listed = environment_of({{"SLURM_ARRAY_TASK_ID", "4"},
                                {"SLURM_ARRAY_TASK_COUNT", "3"},
                                {"SLURM_ARRAY_TASK_MIN", "1"},
                                {"SLURM_ARRAY_TASK_MAX", "7"},
                                {"SLURM_ARRAY_TASK_STEP", "1"}});  // --array=1,4,7 or 1,3,7: none can tell
  CHECK(shard_text("slurm", listed).find("not evenly numbered") != std::string::npos);
  for (const auto& uneven :
       {slurm("3", "3", "1", "7"), slurm("1", "3", "1", "8"), slurm("9", "3", "1", "3"), slurm("1", "0", "1", "3")})
    CHECK(shard_text("slurm", uneven).find("not evenly numbered") != std::string::npos);
}

TEST_CASE("shard: the shards hold every case once, in order, and appended cases move none") {
  for (const int count : {1, 2, 3, 7}) {
    std::multiset<std::string> seen;
    for (int index = 1; index <= count; ++index) {
      const auto some = names_in({index, count}, names_up_to(5)), more = names_in({index, count}, names_up_to(9));
      for (const std::string& name : some) CHECK(more.contains(name));
      seen.insert(some.begin(), some.end());
    }
    CHECK(seen == std::multiset<std::string>{"p1", "p2", "p3", "p4", "p5"});
  }
}

TEST_CASE("shard: its records have names of their own") {
  CHECK(run_record_name({2, 8}) == "flowrun-run.shard-2-of-8.json");
  CHECK(run_record_name({}) == "flowrun-run.json");
  CHECK(books_of_run("o", {2, 8}) == "o/flowrun/run.shard-2-of-8.json");
  CHECK(books_of_run("o", {}) == "o/flowrun/run.json");
}
