// Nodes for the tests of flowrun: a source that fails when asked to, one that waits for a file, one that writes a text file.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun::clitest {
namespace {

ParamSpec output_path(std::string name, std::string help) {
  return {.name = std::move(name), .type = ParamType::path, .help = std::move(help), .role = PathRole::output, .per_case = true};
}

/// A string: a file that it wrote would be put aside when its case runs again.
ParamSpec release_path() {
  return {.name = "release",
          .type = ParamType::string,
          .default_value = std::string(),
          .help = "Path of a file that ends the wait when it is there",
          .per_case = true};
}

class Make : public Node {
  void process(Context& context) override {
    const double value = context.params().number("value");
    const std::string& file = context.params().text("file");
    if (!file.empty() && !std::ifstream(file)) throw Error("cannot read '" + file + "': it is not there");
    const std::vector<char> held(static_cast<std::size_t>(context.params().integer("megabytes")) << 20, 1);
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
    std::ostringstream text;
    for (std::int64_t i = 0; i < context.params().integer("repeat"); ++i)
      text << context.in<Volume>("volume").voxels.front() << '\n';
    write_atomically(context.params().text("path"), text.str());
  }
};

/// Takes all cases of a run and writes their sum.
class Sum : public Node {
  struct State : Firing {
    void accept(Context&, std::string_view, const PayloadPtr& item) override {
      sum += payload_cast<Volume>(item.get())->voxels.front();
    }
    void finish(Context& context) override {
      context.report("sum", sum);
      write_atomically(context.params().text("path"), std::to_string(sum) + "\n");
    }
    double sum = 0;
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

/// Takes all cases of a run, then says with a file that it has begun and writes its own when another is there; a cancelled run gets
/// nothing, and nobody is told of it: it has no output.
class Gather : public Node {
  struct State : Firing {
    void accept(Context&, std::string_view, const PayloadPtr&) override { ++cases; }
    void finish(Context& context) override {
      std::ofstream(context.params().text("begun")) << "begun\n";
      const std::filesystem::path release = context.params().text("release");
      while (!std::filesystem::exists(release)) {
        if (context.cancelled()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      write_atomically(context.params().text("path"), std::to_string(cases) + " cases\n");
    }
    int cases = 0;
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

template <class T>
std::unique_ptr<Node> create() {
  return std::make_unique<T>();
}

/// The first voxel as a Number.
class Measure : public Node {
  void process(Context& context) override {
    Number number;
    number.value = context.in<Volume>("volume").voxels.front();
    context.emit("number", std::move(number));
  }
};

Plugin node_types() {
  const InputPort volume_in{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"};
  const OutputPort volume_out{.name = "volume", .payload = std::string(Volume::kType), .help = "The image"};
  NodeType make{.name = "clitest.make", .summary = "Eight voxels of one value", .outputs = {volume_out}};
  make.params = {{.name = "value", .type = ParamType::number, .default_value = 1.0, .help = "Of every voxel", .per_case = true},
                 {.name = "file",
                  .type = ParamType::path,
                  .default_value = std::string(),
                  .help = "A file that has to be there",
                  .per_case = true},
                 {.name = "megabytes",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{0},
                  .help = "Memory that it takes meanwhile",
                  .min = 0,
                  .max = 100000,
                  .unit = "MiB",
                  .per_case = true}};
  make.create = create<Make>;
  NodeType wait{.name = "clitest.wait", .summary = "Waits for a file", .inputs = {volume_in}, .outputs = {volume_out}};
  wait.params = {output_path("begun", "Written at the start"), release_path()};
  wait.create = create<WaitForFile>;
  NodeType write{.name = "clitest.write", .summary = "Writes the first voxel as text", .inputs = {volume_in}};
  write.params = {output_path("path", "The text file"),
                  {.name = "repeat",
                   .type = ParamType::integer,
                   .default_value = std::int64_t{1},
                   .help = "How often the value is written",
                   .min = 1,
                   .per_case = true}};
  write.create = create<WriteText>;
  InputPort all{.name = "volumes", .payload = std::string(Volume::kType), .help = "Images of all cases"};
  all.scope = Scope::per_case;
  all.collects = true;
  NodeType sum{.name = "clitest.sum", .summary = "Adds up the first voxels of all cases", .inputs = {all}};
  sum.params = {output_path("path", "The text file")};
  sum.create = create<Sum>;
  NodeType gather{.name = "clitest.gather", .summary = "Waits for a file when all cases are there", .inputs = {all}};
  gather.params = {output_path("path", "The text file"), output_path("begun", "Written when all cases are there"),
                   release_path()};
  gather.create = create<Gather>;
  NodeType measure{.name = "clitest.measure", .summary = "The first voxel as a number", .inputs = {volume_in}};
  measure.outputs = {{"number", std::string(Number::kType), "The first voxel"}};
  measure.params = {{.name = "model", .type = ParamType::path, .default_value = std::string(), .help = "A file that is read once"}};
  measure.create = create<Measure>;
  for (int i = 0; i < 40; ++i) measure.details += "minus - 1 point 2. ";  // marks of Markdown where lines are broken
  measure.details += "\nA line of its own.";
  Plugin plugin(std::vector<NodeType>{gather, make, measure, sum, wait, write});
  plugin.aliases = {{"clitest.save", "clitest.write"}};
  return plugin;
}

}  // namespace
}  // namespace flowrun::clitest

FLOWRUN_PLUGIN("clitest", "1.2.3", "Apache-2.0", flowrun::clitest::node_types);
