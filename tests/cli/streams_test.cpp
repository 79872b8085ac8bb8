// Standard streams that are closed, that nobody reads, or that are full; hang-ups; a program that is ended while it draws.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

/// What bash makes of a line, in which $F is flowrun; its exit status.
int shell(const TempFolder& folder, const std::string& line) {
  folder.write("line.sh", "export FLOWRUN_PLUGIN_PATH='" FLOWRUN_CLI_PLUGINS "' F='" FLOWRUN_EXECUTABLE "'\n" + line + "\n");
  const int status = std::system(("cd '" + folder.path().string() + "' && bash line.sh").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("flowrun: standard streams that are closed, one or all, make no difference to a run") {
  for (const char* closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    CAPTURE(closed);
    const TempFolder folder;
    folder.write("value.json", kValueGraph);
    CHECK(shell(folder, std::string("\"$F\" run value.json --out o ") + closed) == 0);
    CHECK(folder.read("o/value_value.txt") == "7\n");
    CHECK_FALSE(contains(folder.read("o/value_value.txt"), "flowrun"));
    CHECK_FALSE(contains(folder.read("o/flowrun/cases/value.json"), "flowrun:"));
    CHECK(shell(folder, std::string("\"$F\" validate value.json ") + closed) == 0);
  }
}

TEST_CASE("flowrun: a reader that goes away takes nothing away but the text: the run is completed, with its own exit status") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,-1\nc,3\n");
  CHECK(shell(folder, "set -o pipefail; \"$F\" run value.json --out o 2>&1 | true") == 0);
  CHECK(folder.read("o/value_value.txt") == "7\n");
  CHECK(shell(folder, "{ sleep 0.2; \"$F\" run value.json --cases cases.csv --out p 2>&1; echo $? > status; } | true") == 0);
  CHECK(folder.read("status") == "1\n");
  CHECK(folder.read("p/a_value.txt") == "1\n");
  CHECK(folder.read("p/c_value.txt") == "3\n");
  CHECK(folder.has("p/flowrun-run.json"));
  for (const char* verb : {"nodes", "--help", "plugins", "schema", "describe clitest.make", "draw value.json"}) {
    CAPTURE(verb);
    CHECK(shell(folder, std::string("{ sleep 0.1; \"$F\" ") + verb + " 2> error; echo $? > status; } | true") == 0);
    CHECK(folder.read("status") == "0\n");
    CHECK(folder.read("error") == "");
  }
}

TEST_CASE("flowrun: a standard output that is full is an error, because what was written there is incomplete") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  CHECK(shell(folder, "\"$F\" nodes > /dev/full 2> error") == 1);
  CHECK(folder.read("error") ==
        "flowrun: error: the standard output cannot be written: No space left on device; what was written "
        "there is incomplete\n");
  CHECK(shell(folder, "\"$F\" run value.json --out o > /dev/full 2> error") == 1);
  CHECK(folder.read("o/value_value.txt") == "7\n");
}

TEST_CASE("flowrun run: SIGHUP lets the running cases finish as SIGTERM does, unless it is ignored") {
  const TempFolder folder;
  folder.write("waiting.json", kWaitGraph);
  CHECK(interrupted_in_first_case(folder, "waiting.json", SIGHUP).status == 3);
  CHECK(folder.read("o/a.txt") == "1\n");
  CHECK_FALSE(folder.has("o/b.begun"));

  const auto before = ::signal(SIGHUP, SIG_IGN);  // as nohup does
  FlowrunProcess ignoring(folder, {"run", "waiting.json", "--case-name", "c", "--out", "q"});
  ::signal(SIGHUP, before);
  REQUIRE(wait_for_file(folder.path() / "q/c.begun"));
  ignoring.send(SIGHUP);
  folder.write("q/c.release", "");
  CHECK(ignoring.end().status == 0);
}

TEST_CASE("flowrun draw: one that is ended while Graphviz draws ends Graphviz too, and leaves no file") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const TempFolder folder;
    folder.write("value.json", kValueGraph);
    folder.write("bin/dot", "#!/bin/sh\necho $$ > pid.part && mv pid.part pid\nexec sleep 60\n");
    fs::permissions(folder.path() / "bin/dot", fs::perms::owner_all);
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", ((folder.path() / "bin").string() + ":" + path).c_str(), 1);
    FlowrunProcess process(folder, {"draw", "value.json", "-o", "pictures/value.svg"});
    ::setenv("PATH", path.c_str(), 1);
    REQUIRE(wait_for_file(folder.path() / "pid"));
    process.send(signal);
    CHECK(process.end().status == 3);
    CHECK(::kill(std::stoi(folder.read("pid")), 0) != 0);
    CHECK_FALSE(folder.has("pictures"));
    for (const auto& entry : fs::directory_iterator(folder.path()))
      CHECK_FALSE(contains(entry.path().filename().string(), "svg"));
  }
}
