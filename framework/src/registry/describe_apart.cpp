#include "registry/describe_apart.h"

#include <cstdlib>

#include "flowrun/host/child_process.h"
#include "flowrun/host/registry.h"
#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"
#include "registry/describe.h"
#include "registry/script_plugin.h"

namespace flowrun::registry {
namespace {

namespace fs = std::filesystem;

// The first letter of the answer; the manifest or the sentence follows.
constexpr char kManifest = 'M';
constexpr char kReason = 'E';
constexpr char kScript = 'S';  // what a script says of itself; Python writes it

constexpr const char* kNoPython =
    "; install Python 3.9 or newer, or say in the variable FLOWRUN_PYTHON which one is to run nodes in Python";

std::chrono::milliseconds time_limit() {
  constexpr std::chrono::seconds kDefault{30};
  constexpr long kMost = 3600;
  const char* text = std::getenv("FLOWRUN_DESCRIBE_SECONDS");
  const long seconds = text ? std::strtol(text, nullptr, 10) : 0;
  return seconds > 0 && seconds <= kMost ? std::chrono::seconds(seconds) : kDefault;
}

fs::path manifest_program() {
  if (const char* given = std::getenv("FLOWRUN_MANIFEST_PROGRAM"); given && *given) return given;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& place : {folder / "flowrun_manifest", folder.parent_path() / "libexec" / "flowrun" / "flowrun_manifest"})
    if (fs::is_regular_file(place, error)) return place;
  throw Error("has no manifest, and the program flowrun_manifest, which makes one in a separate process, is not in '" +
              folder.string() + "'; make the manifest with it, or say in the variable FLOWRUN_MANIFEST_PROGRAM where it is");
}

Manifest read_answer(const LibraryFile& file, const std::string& answer) {
  if (answer[0] == kReason) throw Error(answer.substr(1));
  const bool script = is_script(file.path);  // Python writes no manifest, which would say of what file it is
  if (script && answer[0] == kScript) return script_manifest(file, answer.substr(1));
  std::optional<Manifest> manifest;
  if (!script && answer[0] == kManifest) manifest = parse_manifest(answer.substr(1));
  if (!manifest)
    throw Error("could not be described: flowrun_manifest gave no answer that can be read; is it of the same flowrun?");
  return std::move(*manifest);
}

ChildEnd start(const ChildRequest& request) {
  try {
    return run_child(request);
  } catch (const Error& error) {
    throw Error("cannot be described: " + std::string(error.what()));
  }
}

[[noreturn]] void give_up(const LibraryFile& file, const ChildEnd& end, std::chrono::milliseconds limit) {
  throw Error(quoted(file.path) + " " + end_text(end, limit) + " when a separate process asked it for its node types" +
              printed_text(end));
}

Manifest ask_child(const LibraryFile& file, Confinement confinement) {
  const char* const task = confinement == Confinement::required ? "--describe" : "--describe-trusted";
  const ChildRequest request{manifest_program(), {task, file.path.string()}, time_limit()};
  const ChildEnd end = start(request);
  if (!end.is_clean() || end.result.empty()) give_up(file, end, request.time_limit);
  return read_answer(file, end.result);
}

}  // namespace

Manifest describe_apart(const fs::path& library, Confinement confinement) {
  const LibraryFile file = read_library_file(library);
  if (!is_script(file.path)) read_plugin_abi(file);  // nothing is started for a file that is no plugin of this ABI
  try {
    return ask_child(file, confinement);
  } catch (const Error& error) {
    const std::string text = error.what(), name = quoted(file.path);
    throw text.starts_with(name) ? error : Error(name + " " + text);
  }
}

}  // namespace flowrun::registry

namespace flowrun {

void describe_for_parent(const std::filesystem::path& library, Confinement confinement) {
  using namespace registry;
  const ChildSide parent;
  std::string answer;
  try {
    const bool script = is_script(library);
    std::vector<std::string> python;  // known before this process has no rights: finding it may start one
    if (script) python = python_command("describe", library);
    const Confined confined = ChildSide::confine(script ? Programs::in_its_place : Programs::refused);
    if (confined == Confined::not_at_all && confinement == Confinement::required)
      throw Error(
          "has no manifest, and is not loaded to make one: this system has neither Landlock nor seccomp, which would keep "
          "its code from writing; if you trust it, make the manifest with 'flowrun_manifest " +
          library.string() + "'");
    if (script) throw Error(parent.become(python) + kNoPython);
    answer = kManifest + manifest_text(describe_by_loading(library));
  } catch (const Error& error) {
    answer = kReason + std::string(error.what());
  }
  parent.write(answer);
  ChildSide::end(0);
}

}  // namespace flowrun
