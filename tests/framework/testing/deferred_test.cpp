// A node that hands its firings to a thread of its own, in the one-node runner.
#include <doctest/doctest.h>

#include <functional>
#include <thread>

#include "flowrun/sdk/payloads.h"
#include "flowrun/testing/node_runner.h"
#include "toy_types.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;

namespace {

std::function<void(Context&)> firing;

struct Away : Node {
  void process(Context& context) override { firing(context); }
};

NodeType away_type(bool concurrent = true) {
  NodeType type = toy::scale_type();
  type.params.clear();
  type.concurrent = concurrent;
  type.create = []() -> std::unique_ptr<Node> { return std::make_unique<Away>(); };
  return type;
}

/// What a run of the node throws, or "". The firing's other thread is over when this returns.
std::string error_of(std::function<void(Context&, std::thread&)> process, bool concurrent = true) {
  std::thread device;
  firing = [&](Context& context) { process(context, device); };
  NodeRunner runner(away_type(concurrent));
  runner.input("volume", toy::voxel(2));
  const std::string error = runner.error_of_run();
  if (device.joinable()) device.join();
  return error;
}

void emit_later(Deferred& deferred) {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  deferred.resume([](Context& later) { later.emit("volume", Volume(later.in<Volume>("volume"))); });
}

}  // namespace

TEST_CASE("node_runner: waits for a firing that was deferred, and runs its rest") {
  std::thread device;
  firing = [&](Context& context) {
    device = std::thread([deferred = std::shared_ptr<Deferred>(context.defer())] { emit_later(*deferred); });
  };
  NodeRunner runner(away_type());
  runner.input("volume", toy::voxel(2)).run();
  device.join();
  CHECK(runner.output<Volume>("volume").voxels[0] == 2.0F);
}

TEST_CASE("node_runner: what the rest throws comes out, and so does what process throws when the firing is back") {
  CHECK(error_of([](Context& context, std::thread&) {
          context.defer()->resume([](Context&) { throw Error("the device is on fire"); });
        }) == "the device is on fire");
  bool is_back = false;
  CHECK(error_of([&](Context& context, std::thread& device) {
          device = std::thread([deferred = std::shared_ptr<Deferred>(context.defer()), &is_back] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            is_back = !deferred->cancelled();
            deferred->resume([](Context&) {});
          });
          throw Error("too late");
        }) == "too late");
  CHECK(is_back);
}

TEST_CASE("node_runner: wrong uses of defer are told") {
  CHECK(error_of([](Context& context, std::thread&) { context.defer(); }) ==
        "the node released its deferred firing without resuming it");
  CHECK(error_of([](Context& context, std::thread&) {
          const auto first = context.defer();
          context.defer();
        }).find("only process can, once in a firing") != std::string::npos);
  CHECK(error_of([](Context& context, std::thread&) { context.defer(); }, false)
            .find("its type does not say that several firings may run at a time") != std::string::npos);
}
