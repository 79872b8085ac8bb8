#include "flowrun/testing/isolated_firing.h"

#include <filesystem>
#include <new>

#include "flowrun/host/child_process.h"
#include "flowrun/host/isolation.h"
#include "flowrun/host/replay.h"
#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

void fire(Registry& registry, const fs::path& folder, IsolatedResult& result) {
  const ReplayBundle bundle = read_replay_bundle(folder);
  const FindCodec codecs = [&](std::string_view type) { return registry.codec(type); };
  NodeRunner runner(registry, bundle.type, bundle.params, bundle.device);
  runner.case_name(bundle.case_name).chunk(bundle.chunk);
  for (const ReplayInput& input : bundle.inputs) runner.input(input.port, PayloadPtr(read_packet(folder / input.file, codecs)));
  try {
    runner.run();
  } catch (...) {
    result.warnings = runner.warnings();
    throw;
  }
  result.warnings = runner.warnings();
  result.reports.assign(runner.reports().begin(), runner.reports().end());
  for (const OutputPort& port : runner.type().outputs) {
    write_packet(folder / output_file(port.name), *runner.output_ptr(port.name), codecs);
    result.outputs.push_back(port.name);
  }
}

/// As the engine words what a node throws.
std::string reason_of(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error))
    return "it needed more memory than the 'memory' of its 'run' allows, or than there is";
  return *error.what() ? error.what() : "the node threw an error without a sentence";
}

}  // namespace

void run_isolated_firing(const std::vector<std::string>& words) {
  const ChildSide parent(std::stoull(words.at(2)));
  IsolatedResult result;
  try {
    Registry registry;
    registry.add_library(words.at(0));
    fire(registry, words.at(1), result);
  } catch (const std::exception& error) {
    result.error = reason_of(error);
    result.outputs.clear();
  } catch (...) {
    result.error = "the node threw something that is no std::exception";
    result.outputs.clear();
  }
  parent.write(to_bytes(result));
  ChildSide::end(0);
}

}  // namespace flowrun::testing
