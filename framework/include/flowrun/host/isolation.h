// Nodes whose firings run in processes of their own, so that a crash, a hang or a lack of memory there fails one case.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/replay.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/node.h"

namespace flowrun {

/// What the firing's process gave back; part of ChildEnd::result.
struct IsolatedResult {
  std::string error;  ///< what the node threw; empty: it emitted
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, double>> reports;
  std::vector<std::string> outputs;  ///< ports; each is a packet in the folder, output_file(port)
};
std::string to_bytes(const IsolatedResult& result);
IsolatedResult isolated_result(const std::string& bytes);  ///< Throws Error for what is not one.
std::string output_file(const std::string& port);

/// A node in the place of one of `spec.type`: each firing writes its inputs as packets into a folder in shared memory, starts a
/// process, which creates and opens the node and fires it once, and reads its outputs back. The process dies with this one, and
/// within `spec.isolation`'s limits of time and memory. Warnings and figures come through; progress does not. `codecs` must know
/// the payloads of its ports. Throws Error when the program is missing.
std::unique_ptr<Node> isolated_node(const ValidatedNode& spec, const IsolatedProgram& program, const std::string& device,
                                    FindCodec codecs);

}  // namespace flowrun
