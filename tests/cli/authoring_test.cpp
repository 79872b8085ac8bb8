// The verbs for people who write graphs and nodes: schema, fmt, migrate, docs.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <sstream>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

const std::string kLoose = R"({ "nodes": { "make": { "params": { "value": 1.50 }, "type": "clitest.make" } },
 "format": 1 })";
const std::string kTidy = R"({
  "format": 1,
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": 1.50 } }
  }
}
)";

}  // namespace

TEST_CASE("flowrun schema: holds the node types that are found, also those of --plugin-path") {
  const TempFolder folder;
  const Ended printed = run_flowrun(folder, {"schema"});
  CHECK(printed.status == 0);
  CHECK(printed.err.empty());
  CHECK(contains(printed.out, "\"$schema\": \"http://json-schema.org/draft-07/schema#\""));
  CHECK(contains(printed.out, "\"const\": \"clitest.write\", \"description\": \"Writes the first voxel as text\""));
  const Ended written = run_flowrun(folder, {"schema", "-o", "graph.schema.json"});
  CHECK(written.status == 0);
  CHECK(written.out.empty());
  CHECK(folder.read("graph.schema.json") == printed.out);
}

TEST_CASE("flowrun schema: a plugin that cannot be used is named, and the rest is written") {
  const TempFolder folder;
  folder.write("broken.so", "this is not a library");
  const Ended ended = run_flowrun(folder, {"schema", "--plugin-path", "broken.so"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.err, "broken.so is not in the schema, because it cannot be used: "));
  CHECK(contains(ended.out, "clitest.write"));
}

TEST_CASE("flowrun schema: --plan gives the schema of plans; a folder in the place of the file is an error") {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() / "folder");
  CHECK(contains(run_flowrun(folder, {"schema", "--plan"}).out, "\"measures\""));
  const Ended ended = run_flowrun(folder, {"schema", "-o", "folder"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "it is a folder"));
}

TEST_CASE("flowrun fmt: prints the canonical form and leaves the file alone") {
  const TempFolder folder;
  folder.write("loose.json", kLoose);
  const Ended ended = run_flowrun(folder, {"fmt", "loose.json"});
  CHECK(ended.status == 0);
  CHECK(ended.out == kTidy);
  CHECK(ended.err.empty());
  CHECK(folder.read("loose.json") == kLoose);
}

TEST_CASE("flowrun fmt: --in-place writes the file anew, with its permissions and behind a link; -o another") {
  const TempFolder folder;
  const auto file = folder.write("loose.json", kLoose);
  folder.write("tidy.json", kTidy);
  REQUIRE(chmod(file.c_str(), 0640) == 0);
  std::filesystem::create_symlink("loose.json", folder.path() / "link.json");
  CHECK(run_flowrun(folder, {"fmt", "loose.json", "-o", "other.json"}).status == 0);
  CHECK(folder.read("other.json") == kTidy);
  CHECK(folder.read("loose.json") == kLoose);
  CHECK(run_flowrun(folder, {"fmt", "link.json", "tidy.json", "--in-place"}).status == 0);
  CHECK(folder.read("loose.json") == kTidy);
  CHECK(folder.read("tidy.json") == kTidy);
  CHECK(std::filesystem::is_symlink(folder.path() / "link.json"));
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) == std::filesystem::perms(0640));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    CHECK_FALSE(contains(entry.path().string(), ".tmp-"));
}

TEST_CASE("flowrun fmt: --check says which files are not in canonical form, and where") {
  const TempFolder folder;
  folder.write("loose.json", kLoose);
  folder.write("tidy.json", kTidy);
  const Ended good = run_flowrun(folder, {"fmt", "--check", "tidy.json"});
  CHECK(good.status == 0);
  CHECK((good.out + good.err).empty());
  const Ended mixed = run_flowrun(folder, {"fmt", "--check", "tidy.json", "loose.json"});
  CHECK(mixed.status == 1);
  CHECK(mixed.err == "loose.json:1: not in canonical form from here on; 'flowrun fmt --in-place' writes it so\n");
  CHECK(folder.read("loose.json") == kLoose);
}

TEST_CASE("flowrun fmt: what is not JSON is told with its place, and nothing is written") {
  const TempFolder folder;
  const std::string broken = "{\n  \"format\": 1,\n}\n";
  folder.write("broken.json", broken);
  const Ended ended = run_flowrun(folder, {"fmt", "--in-place", "broken.json"});
  CHECK(ended.status == 2);
  CHECK(ended.err == "broken.json:3:1: error: the comma before '}' is one too many\n");
  CHECK(folder.read("broken.json") == broken);
  CHECK(run_flowrun(folder, {"fmt", "none.json"}).status == 2);
}

TEST_CASE("flowrun fmt: options that contradict each other, and several graphs on one output, are refused") {
  const TempFolder folder;
  folder.write("a.json", kTidy);
  CHECK(run_flowrun(folder, {"fmt", "a.json", "--check", "--in-place"}).status == 2);
  CHECK(run_flowrun(folder, {"fmt", "a.json", "--check", "-o", "b.json"}).status == 2);
  const Ended several = run_flowrun(folder, {"fmt", "a.json", "a.json"});
  CHECK(several.status == 2);
  CHECK(contains(several.err, "several graphs can be checked"));
  CHECK(contains(run_flowrun(folder, {"fmt", "a.json", "--chek"}).err, "did you mean '--check'?"));
}

TEST_CASE("flowrun migrate: format 1 is the newest; a newer one is refused; what is no graph too") {
  const TempFolder folder;
  folder.write("a.json", kLoose);
  const Ended newest = run_flowrun(folder, {"migrate", "--in-place", "a.json"});
  CHECK(newest.status == 0);
  CHECK(newest.out == "a.json: format 1 is the newest; there is nothing to change\n");
  CHECK(folder.read("a.json") == kLoose);
  folder.write("later.json", "{ \"format\": 2, \"nodes\": {} }");
  const Ended later = run_flowrun(folder, {"migrate", "later.json"});
  CHECK(later.status == 2);
  CHECK(later.err == "later.json: error: the graph has format 2, and this flowrun knows formats up to 1; use a newer flowrun\n");
  folder.write("list.json", "[1]");
  CHECK(run_flowrun(folder, {"migrate", "list.json"}).status == 2);
}

TEST_CASE("flowrun migrate: a node type that was renamed runs by its old name, with a warning, and gets the present one") {
  const TempFolder folder;
  folder.write("old.json", R"({ "format": 1, "nodes": {
  "make": { "type": "clitest.make", "params": { "value": 3 } },
  "save": { "type": "clitest.save", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/value.txt" } } } })");
  const Ended ran = run_flowrun(folder, {"run", "old.json", "--out", "o"});
  CHECK(ran.status == 0);
  CHECK(contains(ran.err,
                 "old.json:3:21: warning: node 'save': node type 'clitest.save' is now called 'clitest.write'; "
                 "'flowrun migrate' rewrites the graph"));
  CHECK(folder.read("o/value.txt") == "3\n");
  const Ended migrated = run_flowrun(folder, {"migrate", "--in-place", "old.json"});
  CHECK(migrated.status == 0);
  CHECK(contains(migrated.err, "node type 'clitest.save' is now 'clitest.write', in node \"save\""));
  CHECK(contains(folder.read("old.json"), "\"type\": \"clitest.write\""));
  const Ended again = run_flowrun(folder, {"run", "old.json", "--out", "o", "--resume"});
  CHECK(again.status == 0);
  CHECK_FALSE(contains(again.err, "is now called"));
  CHECK(contains(again.out + again.err, "done before, and unchanged"));
}

TEST_CASE("flowrun docs: a page for each type of a plugin and a list of them") {
  const TempFolder folder;
  folder.write("graphs/value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"docs", "pages", "clitest", "--graphs", "graphs"});
  CHECK(ended.status == 0);
  CHECK((ended.out + ended.err).empty());
  CHECK(contains(folder.read("pages/README.md"), "- [clitest.make](clitest.make.md): Eight voxels of one value\n"));
  const std::string page = folder.read("pages/clitest.write.md");
  CHECK(page.starts_with("# clitest.write\n\nWrites the first voxel as text.\n"));
  CHECK(contains(page, "- `volume`: `flowrun.volume/1`, one. Any image.\n"));
  CHECK(contains(page, "- `path`: path (written), required. The text file.\n"));
  CHECK(contains(page, "From [value.json](../graphs/value.json):"));
  CHECK(contains(page, "\"write\": {\n  \"type\": \"clitest.write\",\n"));
  CHECK(contains(folder.read("pages/clitest.wait.md"), "\"inputs\": { \"volume\": \"volume.volume\" }"));
}

TEST_CASE("flowrun docs: long texts are broken into lines of 120 characters, none of which begins with a mark of Markdown") {
  const TempFolder folder;
  CHECK(run_flowrun(folder, {"docs", "pages", "clitest"}).status == 0);
  const std::string page = folder.read("pages/clitest.measure.md");
  CHECK(contains(page, "\nA line of its own.\n"));
  CHECK(contains(page, "\n\\- 1"));
  std::istringstream lines(page);
  bool is_code = false;
  for (std::string line; std::getline(lines, line);) {
    is_code = is_code != line.starts_with("```");
    if (is_code) continue;
    CAPTURE(line);
    CHECK(line.size() <= 120);
    CHECK_FALSE(line.starts_with("- 1"));
    CHECK_FALSE(line.starts_with("2. "));
  }
}

TEST_CASE("flowrun docs: an unknown prefix and a folder that cannot be made are reported") {
  const TempFolder folder;
  CHECK(contains(run_flowrun(folder, {"docs", "pages", "clitset"}).err, "did you mean 'clitest'?"));
  folder.write("file", "");
  const Ended ended = run_flowrun(folder, {"docs", "file", "clitest"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "cannot make the folder 'file'"));
  folder.write("mine/README.md", "My own words\n");
  const Ended mine = run_flowrun(folder, {"docs", "mine", "clitest"});
  CHECK(mine.status == 2);
  CHECK(contains(mine.err, "'mine/README.md' was not made by 'flowrun docs' and is not replaced"));
  CHECK(folder.read("mine/README.md") == "My own words\n");
  CHECK_FALSE(folder.has("mine/clitest.make.md"));
}
