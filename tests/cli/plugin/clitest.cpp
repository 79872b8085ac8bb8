// Nodes for the tests of flowrun: a source that fails when asked to, one that waits for a file, one that writes a text file.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun::clitest {
namespace {

ParamSpec output_path(std::string name, std::string help) {
  return {.name = std::move(name), .type = ParamType::path, .help = std::move(help), .role = PathRole::output, .per_case = true};
}

class Make : public Node {
  void process(Context& context) override {
    const double value = context.params().number("value");
    if (value < 0) throw Error("the value is " + std::to_string(value) + ", and must not be negative");
    Volume volume;
    volume.geometry.size = {2, 2, 2};
    volume.voxels.assign(8, static_cast<float>(value));
    context.report("value", value);
    context.emit("volume", std::move(volume));
  }
};

/// Says with one file that it has begun, and ends when another is there or the run is cancelled.
class WaitForFile : public Node {
  void process(Context& context) override {
    std::ofstream(context.params().text("begun")) << "begun\n";
    const std::filesystem::path release = context.params().text("release");
    while (!context.cancelled() && !std::filesystem::exists(release)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    context.emit_shared("volume", context.inputs("volume").front());
  }
};

class WriteText : public Node {
  void process(Context& context) override {
    std::ofstream(context.params().text("path")) << context.in<Volume>("volume").voxels.front() << '\n';
  }
};

template <class T>
std::unique_ptr<Node> create() {
  return std::make_unique<T>();
}

std::vector<NodeType> node_types() {
  const InputPort volume_in{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"};
  const OutputPort volume_out{.name = "volume", .payload = std::string(Volume::kType), .help = "The image"};
  NodeType make{.name = "clitest.make", .summary = "Eight voxels of one value", .outputs = {volume_out}};
  make.params = {{.name = "value", .type = ParamType::number, .default_value = 1.0, .help = "Of every voxel", .per_case = true},
                 {.name = "file",
                  .type = ParamType::path,
                  .default_value = std::string(),
                  .help = "A file that has to be there",
                  .per_case = true}};
  make.create = create<Make>;
  NodeType wait{.name = "clitest.wait", .summary = "Waits for a file", .inputs = {volume_in}, .outputs = {volume_out}};
  wait.params = {output_path("begun", "Written at the start"), output_path("release", "Ends the wait when it is there")};
  wait.create = create<WaitForFile>;
  NodeType write{.name = "clitest.write", .summary = "Writes the first voxel as text", .inputs = {volume_in}};
  write.params = {output_path("path", "The text file")};
  write.create = create<WriteText>;
  return {make, wait, write};
}

}  // namespace
}  // namespace flowrun::clitest

FLOWRUN_PLUGIN("clitest", "1.2.3", "Apache-2.0", flowrun::clitest::node_types);
