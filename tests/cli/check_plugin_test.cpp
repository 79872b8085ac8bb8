#include <doctest/doctest.h>

#include "flowrun_process.h"

using namespace flowrun::testing;

namespace {

const std::string kFixtures = FLOWRUN_BAD_PLUGINS;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // the sanitizer reports a crash in its own words, and keeps memory of its own
#else
constexpr bool kSanitized = false;
#endif

Ended check(const std::string& node) {
  const TempFolder folder;
  return run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", node, "--quiet", "--seconds", "20"});
}

/// Lines wrapped by the table put together again.
std::string unwrapped(const std::string& text) {
  std::string line;
  for (const char c : text)
    if (c != '\n' && !(c == ' ' && !line.empty() && line.back() == ' ')) line += c;
    else if (c == '\n' && !line.empty() && line.back() != ' ') line += ' ';
  return line;
}

/// The checks that failed, with their texts; the exit status must say so.
std::string failures(const std::string& node) {
  const Ended ended = check(node);
  INFO(ended.err);
  CHECK(ended.status == 1);
  return unwrapped(ended.out);
}

}  // namespace

TEST_CASE("flowrun check-plugin: a good node passes every check, and the table says what was looked at") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", "good"});
  INFO(ended.out);
  CHECK(contains(ended.out, "unruly.good\n"));
  for (const char* name : {"description", "defaults", "create", "open", "fires", "inputs kept", "repeats", "concurrent",
                           "odd inputs", "cancel", "leaks", "reopen"})
    CHECK_MESSAGE(contains(ended.out, std::string("  pass     ") + name), name);
  CHECK(contains(ended.out, "  skipped  optional inputs  it has no optional input"));
  CHECK(contains(ended.out, " firings on 4 threads, all alike"));
}

TEST_CASE(
    "flowrun check-plugin: a crash, a hang and an exit are findings of the check in which they happened, and the rest still "
    "runs") {
  const std::string crash = failures("crashes_when_empty");
  if (!kSanitized) CHECK(contains(crash, "odd inputs crashed (Segmentation fault), at: 'volume' with no voxels"));
  CHECK(contains(crash, "FAIL odd inputs"));
  CHECK_FALSE(contains(crash, "reopen"));
  CHECK(contains(failures("exits_at_nan"), "odd inputs ended the process (exit status 0), at: 'volume' with only NaN"));
  const TempFolder folder;
  const Ended hang =
      run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", "hangs_at_one_voxel", "--seconds", "1"});
  CHECK(hang.status == 1);
  CHECK(contains(unwrapped(hang.out), "FAIL odd inputs did not come back within 1 s, at: 'volume' with one voxel"));
  CHECK(contains(hang.out, "  pass     reopen"));
}

TEST_CASE("flowrun check-plugin: what only several firings show is found") {
  CHECK(contains(failures("shares_state"), "FAIL concurrent fired on 4 threads at a time: output 'volume' differs"));
  CHECK(contains(failures("counts"),
                 "FAIL repeats from the same inputs, in firing 3: output 'volume' differs; flowrun keeps results"));
  CHECK_FALSE(contains(failures("counts_and_says_so"), "repeats"));
  CHECK(contains(failures("changes_input"), "FAIL inputs kept an input was changed"));
  CHECK(contains(failures("keeps_input"), "FAIL leaks the node keeps input 'volume' after the firing"));
  if (!kSanitized) CHECK(contains(failures("leaks"), "FAIL leaks memory on the heap grows with every firing"));
}

TEST_CASE("flowrun check-plugin: memory that a node takes once, in its first firings, is no leak") {
  const Ended ended = check("warms_up");
  INFO(ended.out);
  CHECK_FALSE(contains(ended.out, "leaks"));
  if (!kSanitized) CHECK(ended.status == 0);  // it exports symbols of the sanitizer's
}

TEST_CASE("flowrun check-plugin: what a node emits and throws is held against the SDK") {
  CHECK(contains(failures("wrong_count"), "FAIL fires output 'volume': it has 7 voxels, and 8448 by its sizes"));
  CHECK(contains(failures("emits_twice"), "FAIL fires output 'volume' was emitted twice in one firing"));
  CHECK(contains(failures("throws_std"), "is no flowrun::Error, so that a person reads only 'vector::reserve'"));
  CHECK(contains(failures("wants_mask"), "without 'mask': its error 'mask?': it is too short"));
}

TEST_CASE("flowrun check-plugin: a node that cannot be made is a finding of its own and of no other node") {
  CHECK(contains(failures("unborn"), "could not create a node: the licence of this node has expired, renew it"));
  const Ended picky = check("picky");
  INFO(picky.out);
  CHECK(picky.status == (kSanitized ? 1 : 0));  // a sanitizer exports symbols of its own
  CHECK_FALSE(contains(unwrapped(picky.out), "licence of this node"));
}

TEST_CASE("flowrun check-plugin: a bad description is told part by part") {
  const std::string text = failures("badly_described");
  CHECK(contains(text, "FAIL description summary: it begins with a small letter; details: there are none"));
}

TEST_CASE("flowrun check-plugin: what cannot be made up is skipped, and says what to give") {
  const TempFolder folder;
  const Ended file = run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", "needs_file"});
  CHECK(contains(unwrapped(file.out), "skipped fires needs a file for parameter 'model': --set unruly.needs_file.model=FILE"));
  folder.write("model.txt", "");
  const Ended given =
      run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", "needs_file", "--set", "model=model.txt"});
  CHECK(contains(given.out, "  pass     fires"));
  const Ended stranger = run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", "needs_stranger"});
  CHECK(contains(unwrapped(stranger.out), "skipped fires input 'volume' takes stranger.thing/1, which no node makes"));
}

TEST_CASE("flowrun check-plugin: a library that is refused or exports too much is a finding, a wrong command line is status 2") {
  const TempFolder folder;
  const Ended refused = run_flowrun(folder, {"check-plugin", kFixtures + "/wrong_major.so"});
  CHECK(refused.status == 1);
  CHECK(contains(unwrapped(refused.out), "FAIL usable"));
  CHECK(contains(unwrapped(refused.out), "was built for plugin ABI 7."));
  const Ended exports = run_flowrun(folder, {"check-plugin", kFixtures + "/exports_more.so"});
  CHECK(exports.status == 1);
  CHECK(contains(unwrapped(exports.out), "FAIL exports besides flowrun_plugin it exports "));
  if (!kSanitized) CHECK(contains(unwrapped(exports.out), " it exports 2 symbols ("));
  CHECK(contains(exports.out, "'stray'"));
  // Not optimised it exports more than the message lists.
  if (!kSanitized) CHECK(contains(exports.out, "'_ZN6SharedIiE5valueE'"));
  const Ended none = run_flowrun(folder, {"check-plugin", "nowhere.so"});
  CHECK(none.status == 2);
  CHECK(none.err == "flowrun: 'nowhere.so' is not a file; check-plugin takes a plugin's library (.so), or the .py file of a plugin in Python\n");
  folder.write("mine/mine.py", "");
  const Ended of_folder = run_flowrun(folder, {"check-plugin", "mine"});
  CHECK(of_folder.status == 2);
  CHECK(contains(of_folder.err, "or the .py file of a plugin in Python: 'mine/mine.py'"));
  const Ended node = run_flowrun(folder, {"check-plugin", kFixtures + "/unruly.so", "--node", "unruly.god"});
  CHECK(node.status == 2);
  CHECK(node.err == "flowrun: plugin 'unruly' has no node type 'unruly.god'; did you mean 'unruly.good'?\n");
}

TEST_CASE("flowrun plugins: one that crashes when it is looked at is listed with the reason, and the others stay usable") {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path() / "plugins");
  for (const char* name : {"crashes", "good"})
    std::filesystem::copy_file(kFixtures + "/" + name + ".so", folder.path() / "plugins" / (std::string(name) + ".so"));
  const Ended ended = run_flowrun(folder, {"plugins", "--why", "--plugin-path", "plugins"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "crashes.so: NOT usable"));
  CHECK(contains(unwrapped(ended.out), "when a separate process asked it for its node types"));
  CHECK(contains(ended.out, "good 1.2.3: usable"));
}

TEST_CASE("flowrun validate: a type that two plugins offer is an error that names both files") {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path() / "plugins");
  for (const char* name : {"twin_one", "twin_two"})
    std::filesystem::copy_file(kFixtures + "/" + name + ".so", folder.path() / "plugins" / (std::string(name) + ".so"));
  folder.write("twin.json", "{ \"format\": 1, \"name\": \"twin\",\n  \"nodes\": { \"a\": { \"type\": \"twin.both\" } } }");
  const Ended ended = run_flowrun(folder, {"validate", "twin.json", "--plugin-path", "plugins"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "twin.json:2:"));
  CHECK(contains(ended.err, "plugins/twin_one.so"));
  CHECK(contains(ended.err, "plugins/twin_two.so"));
}
