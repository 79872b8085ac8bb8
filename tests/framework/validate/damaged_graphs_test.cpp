#include <doctest/doctest.h>

#include <random>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

const char* const kGraph = R"({"format": 1, "name": "g", "requires": {"t": ">=1.0"},
 "parameters": {"f": {"type": "number", "default": 2, "min": 0, "max": 9}, "n": {"type": "integers", "default": [1, 2, 3]}},
 "inputs": {"image": {"type": "path"}, "age": {"type": "integer", "default": 40}},
 "nodes": {
  "r": {"type": "t.read", "params": {"path": "${image}"}},
  "p": {"type": "t.pick", "inputs": {"volume": "r.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["r.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}, "run": {"device": "cuda:0", "concurrency": 2}},
  "s": {"type": "t.gather", "inputs": {"scores": "n.scores", "voxels": "p.voxels"}},
  "x": {"type": "t.scale", "inputs": {"volume": "s.map"}, "params": {"factor": "${f}", "size": "${n}", "seed": "${age}"}},
  "w": {"type": "t.write", "inputs": {"volume": "x.volume"}, "params": {"path": "${out}/${case}.nii"}}
 }})";

/// Changes a few places: a byte overwritten, a stretch taken out, or one doubled elsewhere.
std::string damaged(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t end) { return random() % end; };
  for (std::size_t change = below(3) + 1; change > 0; --change) {
    const std::size_t at = below(text.size()), length = below(12) + 1;
    const std::string stretch = text.substr(at, length);
    switch (below(3)) {
      case 0:
        text[at] = "{}[]\",:.$0a\xff\n"[below(13)];
        break;
      case 1:
        text.erase(at, length);
        break;
      default:
        text.insert(below(text.size()), stretch);
    }
  }
  return text;
}

TEST_CASE("validate: a damaged text is either a right graph or gets a fault with a place; none does harm") {
  CHECK(faults_of(kGraph) == "");
  std::mt19937 random(1);
  int wrong = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = damaged(kGraph, random);
    Diagnostics faults;
    const auto spec = parse_graph(text, "g.json", faults);
    const auto graph = spec ? validate(*spec, fake_types(), {}, faults) : nullptr;
    INFO(text);
    REQUIRE((graph != nullptr) == !faults.has_errors());
    for (const Diagnostic& fault : faults.all()) REQUIRE(fault.place.line > 0);
    wrong += graph == nullptr;
  }
  CHECK(wrong > 1000);
}

}  // namespace
}  // namespace flowrun::testing
