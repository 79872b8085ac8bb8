// Runs that are killed, a full disk, too little memory.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "flowrun_process.h"
#include "graph_texts.h"
#include "support/needs.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

std::string cases_table(int count) {
  std::string text = "case,seed\n";
  for (int i = 0; i < count; ++i) text += "p" + std::to_string(100 + i) + "," + std::to_string(i) + "\n";
  return text;
}

/// The files that nodes made, with their contents.
std::map<std::string, std::string> results_in(const TempFolder& folder, const std::string& out) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::directory_iterator(folder.path() / out))
    if (entry.path().extension() == ".png" || entry.path().extension() == ".gz")
      found[entry.path().filename().string()] = folder.read(out + "/" + entry.path().filename().string());
  return found;
}

/// The records of the cases that are done, by name.
std::map<std::string, std::string> done_records(const TempFolder& folder) {
  std::map<std::string, std::string> found;
  const fs::path records = folder.path() / "o/flowrun/cases";
  if (!fs::exists(records)) return found;
  for (const auto& entry : fs::directory_iterator(records)) {
    const std::string name = entry.path().filename().string();
    const std::string text = folder.read("o/flowrun/cases/" + name);
    if (name.front() != '.' && contains(text, "\"status\": \"done\"")) found[name] = text;
  }
  return found;
}

/// The phantom's graph, and with the plugin io (which ITK makes possible) an image file for each case too.
std::string graph_with_images(std::size_t& files) {
  std::string text = kPhantomGraph;
  files = 1;
  if (!fs::exists(fs::path(FLOWRUN_TEST_PLUGINS) / "io.so")) return text;
  files = 2;
  return text.insert(text.rfind("\"picture\""), R"("image": { "type": "io.write_mask", "inputs": { "mask": "bright.mask" },
      "params": { "path": "${out}/${case}.nii.gz" } }, )");
}

int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text ? std::atoi(text) : otherwise;
}

/// Runs --resume again and again, each time ended by a signal at a moment of its own, and then to the end.
void end_at_random(int signal, int times, int cases, unsigned seed) {
  if (!phantom_plugins_are_built())
    return flowrun::testing::could_not_run("the plugins phantom, intensity, segment and view are not built");
  const TempFolder folder;
  std::size_t files = 0;
  folder.write("bright.json", graph_with_images(files));
  folder.write("cases.csv", cases_table(cases));
  const Words words{"run", "bright.json", "--cases", "cases.csv", "--resume", "--quiet", "--plugin-path", FLOWRUN_TEST_PLUGINS};
  const auto with_out = [&](const std::string& out) {
    Words all = words;
    all.insert(all.end(), {"--out", out});
    return all;
  };
  const auto seconds_of = [&](Words all) {
    const auto begun = std::chrono::steady_clock::now();
    REQUIRE(run_flowrun(folder, all).status == 0);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  const double seconds = seconds_of(with_out("undisturbed"));
  Words look = with_out("o");
  look.push_back("--dry-run");
  const double start = seconds_of(look);

  std::mt19937 random(seed);
  std::map<std::string, std::string> done;
  for (int i = 0; i < times; ++i) {
    // Each stretch gets its start and on average a share of the whole, so that the run is met at all its moments.
    std::uniform_real_distribution<double> moment(0, 2 * start + 2 * seconds / times);
    FlowrunProcess process(folder, with_out("o"));
    std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
    process.send(signal);
    process.end();
    const auto now = done_records(folder);
    for (const auto& [name, record] : done) {
      REQUIRE(now.count(name) == 1);
      CHECK(now.at(name) == record);  // a finished case was not run again
    }
    done = now;
  }
  MESSAGE(done.size(), " of ", cases, " cases done after ", times, " interruptions");
  const Ended last = run_flowrun(folder, with_out("o"));
  CHECK(last.status == 0);
  for (const auto& [name, record] : done) CHECK(done_records(folder).at(name) == record);
  CHECK(done_records(folder).size() == static_cast<std::size_t>(cases));
  const auto results = results_in(folder, "o");
  CHECK(results.size() == files * static_cast<std::size_t>(cases));
  CHECK((results == results_in(folder, "undisturbed")));
  for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "o"))
    CHECK_FALSE(contains(entry.path().filename().string(), ".tmp-"));
}

}  // namespace

// By hand, as docs/benchmarks.md has it: FLOWRUN_KILLS=50 FLOWRUN_KILL_CASES=30 test_cli -tc='*killed at random*'
TEST_CASE("flowrun run --resume: killed at random moments, in the end all is as if nothing had happened" *
          doctest::test_suite("needs plugins")) {
  end_at_random(SIGKILL, number_from("FLOWRUN_KILLS", 6), number_from("FLOWRUN_KILL_CASES", 8), 1);
}

TEST_CASE("flowrun run --resume: the same with SIGTERM and Ctrl-C" * doctest::test_suite("needs plugins")) {
  end_at_random(SIGTERM, number_from("FLOWRUN_KILLS", 3), number_from("FLOWRUN_KILL_CASES", 6), 2);
  end_at_random(SIGINT, number_from("FLOWRUN_KILLS", 3), number_from("FLOWRUN_KILL_CASES", 6), 3);
}

TEST_CASE("flowrun run: unfinished files of a run that is gone are removed, those of others stay") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  FlowrunProcess process(folder, {"--version"});
  process.end();
  REQUIRE(run_flowrun(folder, {"run", "value.json", "--out", "o"}).status == 0);
  folder.write("o/.value_value.tmp-0123abcd-77-0.txt", "half");  // of another host, which nobody says is gone
  folder.write("o/.notes.tmp-1.txt", "not ours");
  const Ended untouched = run_flowrun(folder, {"run", "value.json", "--out", "o"});
  CHECK_FALSE(contains(untouched.err, "unfinished"));
  folder.write("o/flowrun/lock", "host=h\nprocess=77\nowner=0123abcd-77\n");  // as a killed run leaves it
  const Ended cleaned = run_flowrun(folder, {"run", "value.json", "--out", "o"});
  CHECK(contains(cleaned.err, "removed 1 unfinished file that a run which did not end had left"));
  CHECK_FALSE(folder.has("o/.value_value.tmp-0123abcd-77-0.txt"));
  CHECK(folder.has("o/.notes.tmp-1.txt"));
}

TEST_CASE("flowrun run: on a full disk the case that does not fit says so, no more start, and with room --resume continues" *
          doctest::test_suite("needs mounts")) {
  const TempFolder folder;
  fs::create_directories(folder.path() / "small");
  const std::string small = (folder.path() / "small").string();
  if (geteuid() != 0 || std::system(("mount -t tmpfs -o size=256k tmpfs " + small + " 2>/dev/null").c_str()) != 0)
    return flowrun::testing::could_not_run("the small disk cannot be mounted; only root may, and not in every container");
  folder.write("big.json", R"({"format": 1, "name": "big", "inputs": {"value": {"type": "number"}}, "nodes": {
    "make": {"type": "clitest.make", "params": {"value": "${value}"}},
    "write": {"type": "clitest.write", "inputs": {"volume": "make.volume"},
              "params": {"path": "${out}/${case}.txt", "repeat": 50000}}}})");
  std::string table = "case,value\n";
  for (const char name : std::string("abcdefghijklmnopqrstuvwxyz")) table += std::string(1, name) + ",1\n";
  folder.write("cases.csv", table);
  const Words words{"run", "big.json", "--cases", "cases.csv", "--cases-in-flight", "1", "--out", "small", "--resume"};
  const Ended ended = run_flowrun(folder, words);
  CHECK(ended.status == 1);
  CHECK(contains(ended.err, "the output folder 'small' cannot be written any more (No space left on device), so no more cases start"));
  CHECK(contains(ended.out, " not started"));
  const auto lines_with = [&](const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = ended.err.find(part); at != std::string::npos; at = ended.err.find(part, at + 1)) ++count;
    return count;
  };
  CHECK(lines_with("cannot write 'small/") <= 4);  // of the cases that ran already
  CHECK(lines_with("no more cases start") == 1);
  CHECK(fs::file_size(folder.path() / "small/a.txt") == 100000);
  CHECK(contains(ended.err, "node 'write' (clitest.write, plugin clitest): cannot write 'small/c.txt': No space left on device"));
  CHECK_FALSE(folder.has("small/c.txt"));
  for (const auto& entry : fs::directory_iterator(small)) CHECK_FALSE(contains(entry.path().filename().string(), ".tmp-"));
  REQUIRE(std::system(("mount -o remount,size=16m " + small).c_str()) == 0);
  const Ended rest = run_flowrun(folder, words);
  CHECK(rest.status == 0);
  CHECK(contains(rest.out, "26 of 26 cases done"));
  CHECK(std::system(("umount " + small).c_str()) == 0);
}

namespace {

/// A folder in which nobody may write: root heeds no permissions, so for root it is mounted read-only.
class SealedFolder {
 public:
  explicit SealedFolder(const fs::path& path) : path_(path.string()) {
    fs::create_directories(path);
    if (geteuid() == 0) {
      is_sealed_ = mounted();
    } else {
      fs::permissions(path, fs::perms::owner_read | fs::perms::owner_exec);
      is_sealed_ = true;
    }
  }
  ~SealedFolder() {
    if (is_sealed_ && geteuid() == 0) unmount();
    else if (is_sealed_) fs::permissions(path_, fs::perms::owner_all);
  }
  SealedFolder(const SealedFolder&) = delete;
  SealedFolder& operator=(const SealedFolder&) = delete;
  bool is_sealed() const { return is_sealed_; }

 private:
  static bool done(const std::string& command) { return std::system((command + " 2>/dev/null").c_str()) == 0; }
  bool mounted() const {
    if (!done("mount --bind " + path_ + " " + path_)) return false;
    if (done("mount -o remount,bind,ro " + path_)) return true;
    unmount();
    return false;
  }
  void unmount() const { CHECK(std::system(("umount " + path_).c_str()) == 0); }

  std::string path_;
  bool is_sealed_ = false;
};

std::string read_only_words() { return geteuid() == 0 ? "Read-only file system" : "Permission denied"; }

}  // namespace

TEST_CASE("flowrun run: a read-only output folder is told before the first case, and nothing runs" *
          doctest::test_suite("needs mounts")) {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const SealedFolder sealed(folder.path() / "sealed");
  if (!sealed.is_sealed()) return flowrun::testing::could_not_run("root can make no read-only mount here");
  for (const char* out : {"sealed", "sealed/new"}) {
    const Ended ended = run_flowrun(folder, {"run", "value.json", "--out", out});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, std::string("--out '") + out +
                                  "': " + (geteuid() == 0 ? "the folder '" : "there is no right to write in folder '")));
    if (geteuid() == 0) CHECK(contains(ended.err, "is on a file system that is read-only; choose another"));
    CHECK(contains(ended.err, "nothing was run"));
  }
}

TEST_CASE("flowrun run: where a case's folder is read-only that case says so, and the others are done" *
          doctest::test_suite("needs mounts")) {
  const TempFolder folder;
  folder.write(
      "folders.json",
      R"({"format": 1, "name": "folders", "inputs": {"value": {"type": "number"}, "where": {"type": "string"}}, "nodes": {
    "make": {"type": "clitest.make", "params": {"value": "${value}"}},
    "write": {"type": "clitest.write", "inputs": {"volume": "make.volume"}, "params": {"path": "${out}/${where}/${case}.txt"}}}})");
  folder.write("cases.csv", "case,value,where\na,1,open\nb,2,sealed\nc,3,open\n");
  fs::create_directories(folder.path() / "o/open");
  const SealedFolder sealed(folder.path() / "o/sealed");
  if (!sealed.is_sealed()) return flowrun::testing::could_not_run("root can make no read-only mount here");
  const Ended ended = run_flowrun(folder, {"run", "folders.json", "--cases", "cases.csv", "--out", "o"});
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK(contains(ended.out, "2 of 3 cases done, 1 failed"));
  CHECK(contains(ended.err,
                 "case 'b': node 'write' (clitest.write, plugin clitest): cannot write 'o/sealed/b.txt': " + read_only_words()));
  CHECK(folder.read("o/open/a.txt") == "1\n");
  CHECK(folder.read("o/open/c.txt") == "3\n");
  CHECK(contains(folder.read("o/cases.csv"), "\nb,failed,"));
  CHECK(contains(folder.read("o/flowrun/cases/b.json"), read_only_words()));
}

TEST_CASE("flowrun run: with too little memory the case that needs more fails, and the others are done" *
          doctest::test_suite("needs a memory limit")) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return flowrun::testing::could_not_run("a sanitizer's own memory is more than the limit");
#endif
  const TempFolder folder;
  folder.write("memory.json", R"({"format": 1, "name": "memory", "inputs": {"mb": {"type": "integer"}}, "nodes": {
    "make": {"type": "clitest.make", "params": {"megabytes": "${mb}"}},
    "write": {"type": "clitest.write", "inputs": {"volume": "make.volume"}, "params": {"path": "${out}/${case}.txt"}}}})");
  folder.write("cases.csv", "case,mb\na,1\nb,9000\nc,2\n");
  const std::string command = "cd '" + folder.path().string() +
                              "' && ulimit -v 4000000 && FLOWRUN_PLUGIN_PATH='" FLOWRUN_CLI_PLUGINS "' '" FLOWRUN_EXECUTABLE
                              "' run memory.json --cases cases.csv --out o > out.txt 2> err.txt";
  const int status = std::system(command.c_str());
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(contains(folder.read("out.txt"), "2 of 3 cases done, 1 failed"));
  CHECK(contains(folder.read("err.txt"), "case 'b': node 'make' (clitest.make, plugin clitest): there is not enough memory"));
}
