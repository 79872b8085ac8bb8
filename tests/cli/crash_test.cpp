// Nodes that end the process, or never return: what is said, and what the next run makes of it.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "flowrun_process.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // ends the process in its own way after the report
#else
constexpr bool kSanitized = false;
#endif

const std::string kCrashGraph = R"({
  "format": 1,
  "name": "crashing",
  "inputs": { "value": { "type": "number", "default": 1 }, "how": { "type": "string", "default": "" } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "bad": { "type": "crashtest.misbehave", "inputs": { "volume": "make.volume" }, "params": { "how": "${how}" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "bad.volume" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";

const std::string kCollectGraph = R"({
  "format": 1,
  "name": "collecting",
  "inputs": { "value": { "type": "number", "default": 1 }, "how": { "type": "string", "default": "" } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "bad": { "type": "crashtest.misbehave", "inputs": { "volume": "make.volume" }, "params": { "how": "${how}" } },
    "sum": { "type": "clitest.sum", "inputs": { "volumes": "bad.volume" }, "params": { "path": "${out}/sum.txt" } }
  }
})";

const std::string kRunGraph = R"({
  "format": 1,
  "name": "ending",
  "parameters": { "end": { "type": "string", "default": "" }, "open": { "type": "string", "default": "" } },
  "nodes": {
    "make": { "type": "clitest.make" },
    "bad": { "type": "crashtest.misbehave", "inputs": { "volume": "make.volume" }, "params": { "open": "${open}" } },
    "end": { "type": "crashtest.at_the_end", "inputs": { "volume": "bad.volume" }, "params": { "how": "${end}" } }
  }
})";

/// Of cases p01, p02 and so on, one behaves in its own way.
std::string table(int cases, int bad, const std::string& how) {
  std::string text = "case,value,how\n";
  for (int i = 1; i <= cases; ++i)
    text += std::string(i < 10 ? "p0" : "p") + std::to_string(i) + "," + std::to_string(i) + "," + (i == bad ? how : "") + "\n";
  return text;
}

/// A folder with the graphs; crashes leave no core file in it.
struct CrashFolder : TempFolder {
  CrashFolder() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    write("crash.json", kCrashGraph);
    write("collect.json", kCollectGraph);
    write("end.json", kRunGraph);
  }
  Ended run(const Words& words, const std::string& graph = "crash.json") const {
    Words all{"run", graph, "--out", "o", "--plugin-path", FLOWRUN_CRASH_PLUGINS};
    all.insert(all.end(), words.begin(), words.end());
    return run_flowrun(*this, all);
  }
};

void check_signal(const Ended& ended, int signal) {
  if (kSanitized) CHECK(ended.status != 0);
  else CHECK(ended.signal == signal);
}

}  // namespace

TEST_CASE(
    "flowrun run: of 20 cases one crashes the process; it is named, and --resume does the 19 others and counts it as failed") {
  const CrashFolder folder;
  folder.write("cases.csv", table(20, 7, "null"));
  const Ended crashed = folder.run({"--cases", "cases.csv"});
  check_signal(crashed, SIGSEGV);
  CHECK(
      contains(crashed.err,
               "flowrun: the process crashed (Segmentation fault) in node 'bad' (crashtest.misbehave, plugin crashtest) on case "
               "'p07'. --resume counts this case as failed and runs the rest\n"));
  CHECK(folder.has("o/flowrun/crashes/p07.txt"));

  const Ended resumed = folder.run({"--cases", "cases.csv", "--resume"});
  CHECK(resumed.status == 1);
  CHECK(contains(resumed.err, "not run again: p07\n    the process crashed in the run before; --retry-failed runs it again"));
  CHECK(contains(resumed.out, "19 of 20 cases done"));
  CHECK(contains(resumed.out, "1 failed"));
  CHECK(contains(resumed.err,
                 "case 'p07': node 'bad' (crashtest.misbehave, plugin crashtest): the process crashed in this node "
                 "(Segmentation fault)"));
  for (int i = 1; i <= 20; ++i) {
    const std::string name = std::string(i < 10 ? "p0" : "p") + std::to_string(i);
    CHECK(folder.read("o/" + name + ".txt") == (i == 7 ? "" : std::to_string(i) + "\n"));
  }
  CHECK(contains(folder.read("o/cases.csv"), "p07,failed,"));
  CHECK(contains(folder.read("o/flowrun/cases/p07.json"), "the process crashed in this node"));
  CHECK(contains(folder.read("o/report.html"), "the process crashed in this node"));

  const Ended again = folder.run({"--cases", "cases.csv", "--resume"});
  CHECK(again.status == 1);
  CHECK(contains(again.err, "19 done before and unchanged, 1 failed by a crash (p07); --retry-failed runs it again"));
}

TEST_CASE(
    "flowrun run: a crashed case runs again with --retry-failed, without --resume, and when what it is made of has changed") {
  const CrashFolder folder;
  folder.write("cases.csv", table(3, 2, "abort"));
  check_signal(folder.run({"--cases", "cases.csv", "--cases-in-flight", "1"}), SIGABRT);
  SUBCASE("--retry-failed, which meets it again") {
    check_signal(folder.run({"--cases", "cases.csv", "--retry-failed"}), SIGABRT);
  }
  SUBCASE("--retry-failed beside --resume") {
    check_signal(folder.run({"--cases", "cases.csv", "--retry-failed", "--resume"}), SIGABRT);
  }
  SUBCASE("a run without --resume") { check_signal(folder.run({"--cases", "cases.csv"}), SIGABRT); }
  SUBCASE("the case's values have changed") {
    folder.write("cases.csv", table(3, 0, ""));
    CHECK(folder.run({"--cases", "cases.csv", "--resume"}).status == 0);
    CHECK_FALSE(folder.has("o/flowrun/crashes"));
  }
  SUBCASE("the graph has changed") {
    folder.run({"--cases", "cases.csv", "--resume", "--set", "bad.how="});
    CHECK(folder.read("o/p02.txt") == "2\n");
  }
  SUBCASE("its record is damaged") {
    folder.write("o/flowrun/crashes/p02.txt", "flowrun crash 1\nsignal=Aborted\n");
    check_signal(folder.run({"--cases", "cases.csv", "--resume"}), SIGABRT);
  }
}

TEST_CASE("flowrun run: every way in which a node can crash is named by its signal, also in a task, and with its stack used up") {
  const std::array<std::tuple<const char*, int, const char*>, 9> ways{{{"segv", SIGSEGV, "Segmentation fault"},
                                                                       {"bus", SIGBUS, "Bus error"},
                                                                       {"trap", SIGILL, "Illegal instruction"},
                                                                       {"divide", SIGFPE, "Floating point exception"},
                                                                       {"abort", SIGABRT, "Aborted"},
                                                                       {"noexcept", SIGABRT, "Aborted"},
                                                                       {"stack", SIGSEGV, "Segmentation fault"},
                                                                       {"task null", SIGSEGV, "Segmentation fault"},
                                                                       {"task abort", SIGABRT, "Aborted"}}};
  for (const auto& [how, signal, name] : ways) {
    if (kSanitized && std::string(how) != "abort") continue;  // the sanitizer has its own words for these
    CAPTURE(how);
    const CrashFolder folder;
    const Ended ended = folder.run({"--in", std::string("how=") + how, "--case-name", "p"});
    check_signal(ended, signal);
    CHECK(contains(ended.err, std::string("the process crashed (") + name +
                                  ") in node 'bad' (crashtest.misbehave, plugin crashtest) on case 'p'"));
    CHECK(contains(folder.read("o/flowrun/crashes/p.txt"), "node=bad\ntype=crashtest.misbehave\nplugin=crashtest\n"));
  }
}

TEST_CASE("flowrun run --retry-failed: after a crash the case that crashed and those that it cut off run, and no other") {
  const CrashFolder folder;
  folder.write("cases.csv", table(4, 3, "abort"));
  check_signal(folder.run({"--cases", "cases.csv", "--cases-in-flight", "1", "--threads", "1"}), SIGABRT);
  CHECK(folder.run({"--cases", "cases.csv", "--resume"}).status == 1);  // the fourth is done, the third counts as failed
  folder.write("cases.csv", table(4, 0, ""));
  const Ended again = folder.run({"--cases", "cases.csv", "--retry-failed"});
  CHECK(again.status == 0);
  CHECK(contains(again.out, "1 of 1 case done"));
  CHECK(folder.read("o/p03.txt") == "3\n");
  CHECK_FALSE(folder.has("o/flowrun/crashes"));
  CHECK(contains(folder.run({"--cases", "cases.csv", "--resume"}).out, "nothing to run: all 4 cases were done before"));
}

TEST_CASE("flowrun run: a node that calls exit does not end the run as if all were well, and --resume counts its case as failed") {
  const CrashFolder folder;
  const Ended ended = folder.run({"--in", "how=exit", "--case-name", "p"});
  CHECK(ended.status == 4);
  CHECK(contains(ended.err,
                 "the process was ended by a call of exit in node 'bad' (crashtest.misbehave, plugin crashtest) on case 'p'"));
  const Ended again = folder.run({"--in", "how=exit", "--case-name", "p", "--resume"});
  CHECK(again.status == 1);
  const std::string said = again.err + again.out;
  CHECK_MESSAGE(contains(said, "failed by a crash (p)"), said);
}

TEST_CASE("flowrun run: a node that ends the process by _exit is named, and --resume counts its case as failed") {
  for (const std::string how : {"_exit", "_Exit"}) {
    CAPTURE(how);
    const CrashFolder folder;
    const Ended ended = folder.run({"--in", "how=" + how, "--case-name", "p"});
    CHECK(ended.status == 4);
    CHECK(contains(ended.err,
                   "the process was ended by a call of _exit in node 'bad' (crashtest.misbehave, plugin crashtest) on case 'p'"));
    const Ended again = folder.run({"--in", "how=" + how, "--case-name", "p", "--resume"});
    CHECK(again.status == 1);
    CHECK(contains(again.err + again.out, "failed by a crash (p)"));
  }
}

TEST_CASE("flowrun run: a child process of a node may end by _exit and change its own folder") {
  const CrashFolder folder;
  const Ended ended = folder.run({"--in", "how=child", "--case-name", "p"});
  CHECK_MESSAGE(ended.status == 0, ended.err);
}

TEST_CASE("flowrun run: a node cannot change the working folder, so that relative paths keep their meaning; it is named") {
  for (const std::string how : {"folder", "folder by the library"}) {
    CAPTURE(how);
    const CrashFolder folder;
    folder.write("cases.csv", "case,value,how\na,1," + how + "\nb,2,\n");
    const Ended ended = folder.run({"--cases", "cases.csv", "--threads", "1", "--cases-in-flight", "1"});
    CHECK(folder.read("o/b.txt") == "2\n");
    CHECK(folder.has("o/flowrun-run.json"));
    CHECK(contains(ended.err, "flowrun: a change of the process's working folder was refused, in node 'bad' (crashtest.misbehave, "
                              "plugin crashtest) on case 'a': all nodes run in one process\n"));
    CHECK(ended.status == (how == "folder" ? 0 : 1));  // std::filesystem throws
  }
}

TEST_CASE(
    "flowrun run: a crash in a thread of a library is said to be outside the engine's calls, and the nodes that ran are named") {
  for (const char* how : {"thread", "throwing thread"}) {
    const CrashFolder folder;
    const Ended ended = folder.run({"--in", std::string("how=") + how, "--case-name", "p", "--threads", "1"});
    CHECK(ended.status != 0);
    CHECK(contains(ended.err,
                   "outside the calls of the engine's threads (in a thread of a library, or in flowrun), while these "
                   "ran: node 'bad' (crashtest.misbehave, plugin crashtest) on case 'p'"));
  }
}

TEST_CASE("flowrun run: a crash while a node is opened, or in what fires once for the run, is no case's") {
  const CrashFolder folder;
  const Ended opening = folder.run({"--set", "open=null"}, "end.json");
  check_signal(opening, SIGSEGV);
  CHECK(
      contains(opening.err, "in node 'bad' (crashtest.misbehave, plugin crashtest), while it was opened. No case is to blame\n"));
  const Ended ending = folder.run({"--set", "end=abort", "--resume"}, "end.json");
  check_signal(ending, SIGABRT);
  CHECK(contains(ending.err,
                 "the run before this one crashed (Segmentation fault) in node 'bad' (crashtest.misbehave, plugin "
                 "crashtest), and no case could be blamed for it"));
  CHECK(contains(ending.err, "(Aborted) in node 'end' (crashtest.at_the_end, plugin crashtest). No case is to blame\n"));
  CHECK(folder.run({"--resume"}, "end.json").status == 0);
  CHECK_FALSE(folder.has("o/flowrun/crashes"));
}

TEST_CASE("flowrun run --resume: a node that takes all cases gets all but the one that crashed") {
  const CrashFolder folder;
  folder.write("cases.csv", table(3, 2, "null"));
  check_signal(folder.run({"--cases", "cases.csv"}, "collect.json"), SIGSEGV);
  CHECK(folder.run({"--cases", "cases.csv", "--resume"}, "collect.json").status == 1);
  CHECK(folder.read("o/sum.txt") == "4.000000\n");
}

TEST_CASE("flowrun run: no link in the place of the crash's file is followed") {
  const CrashFolder folder;
  folder.write("precious.txt", "precious");
  fs::create_directories(folder.path() / "o/flowrun/crashes");
  fs::create_symlink(folder.path() / "precious.txt", folder.path() / "o/flowrun/crashes/p.txt");
  folder.run({"--in", "how=abort", "--case-name", "p"});
  CHECK(folder.read("precious.txt") == "precious");
  CHECK(contains(folder.read("o/flowrun/crashes/p.txt"), "signal=Aborted\n"));
}

TEST_CASE("flowrun run: a node without memory, or that throws what is no exception, fails its case and nothing else") {
  for (const std::string how : {"memory", "huge", "number"}) {
    if (kSanitized && how == "huge") continue;  // the address sanitizer ends the process
    const CrashFolder folder;
    folder.write("cases.csv", table(3, 2, how));
    const Ended ended = folder.run({"--cases", "cases.csv"});
    CHECK(ended.status == 1);
    CHECK(contains(ended.out, "2 of 3 cases done, 1 failed"));
    CHECK(contains(ended.err, "case 'p02': node 'bad' (crashtest.misbehave, plugin crashtest): "));
  }
}

TEST_CASE("flowrun run: after the second interrupt a node that does not return is named, and the process ends") {
  const CrashFolder folder;
  FlowrunProcess process(folder, {"run", "crash.json", "--out", "o", "--plugin-path", FLOWRUN_CRASH_PLUGINS, "--in", "how=spin",
                                  "--case-name", "p", "--set", "bad.begun=o/begun"});
  REQUIRE(wait_for_file(folder.path() / "o/begun"));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  process.send(SIGINT);
  const Ended ended = process.end();
  CHECK(ended.status == 3);
  CHECK(contains(ended.err,
                 "node 'bad' (crashtest.misbehave, plugin crashtest) on case 'p' did not return within 3 s of the second "
                 "Ctrl-C, so the process ends without it"));
  CHECK_FALSE(folder.has("o/p.txt"));
}

TEST_CASE("flowrun run: too little address space for the threads is said before anything runs" * doctest::skip(kSanitized)) {
  const CrashFolder folder;
  for (const std::string limit : {"36000", "50000", "60000"}) {  // kB; flowrun itself takes 30000, two stacks another 16000
    CAPTURE(limit);
    const std::string command = "cd '" + folder.path().string() + "' && ulimit -v " + limit + " && FLOWRUN_PLUGIN_PATH='" +
                                FLOWRUN_CLI_PLUGINS + "' '" + FLOWRUN_EXECUTABLE + "' run crash.json --case-name p --out o --threads 2" +
                                " --plugin-path '" + FLOWRUN_CRASH_PLUGINS + "' 2> err";
    CHECK(WEXITSTATUS(std::system(command.c_str())) == 2);
    CHECK(contains(folder.read("err"), "address space (ulimit -v), and 2 threads need at least"));
    CHECK_FALSE(folder.has("o"));
  }
}
