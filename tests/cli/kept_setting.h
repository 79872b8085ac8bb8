// A graph whose results are kept, in a folder of its own.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun_process.h"
#include "formula_plugin.h"

namespace flowrun::testing {

/// read -> times -> above: the first two are kept. "read" has a figure, which must come back with the result.
inline const std::string kKeptGraph = R"({
  "format": 1,
  "name": "kept",
  "parameters": {
    "repeat": { "type": "integer", "default": 1 },
    "model": { "type": "path", "default": "model.txt" }
  },
  "inputs": { "image": { "type": "path" }, "value": { "type": "number", "default": 7 } },
  "nodes": {
    "read": { "type": "clitest.make", "params": { "value": "${value}", "file": "${image}" } },
    "times": { "type": "formula.multiply", "inputs": { "volume": "read.volume" }, "run": { "cache": "always" } },
    "measure": {
      "type": "clitest.measure", "inputs": { "volume": "times.volume" }, "params": { "model": "${model}" },
      "run": { "cache": "always" }
    },
    "of_number": {
      "type": "clitest.make", "params": { "value": { "number": "measure.number" } }, "run": { "cache": "always" }
    },
    "write": {
      "type": "clitest.write", "inputs": { "volume": "of_number.volume" },
      "params": { "path": "${out}/${case}.txt", "repeat": "${repeat}" }
    }
  },
  "columns": { "value": "read.value" }
})";

struct KeptSetting {
  KeptSetting() {
    folder.write("kept.json", kKeptGraph);
    folder.write("image.txt", "image 1\n");
    folder.write("model.txt", "model 1\n");
    copy_formula_plugin(folder);
  }
  Ended run(const std::vector<std::string>& more = {}, const std::string& out = "o") const {
    std::vector<std::string> words{"run",   "kept.json", "--in",          "image=image.txt", "--case-name", "a",
                                   "--out", out,         "--plugin-path", "plugins",         "--cache",     "kept"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(folder, words);
  }
  /// How many of the five nodes did not run; the run is right.
  int kept(const std::vector<std::string>& more = {}) const {
    const Ended ended = run(more);
    CHECK_MESSAGE(ended.status == 0, ended.err);
    const std::size_t at = ended.out.find("kept results: ");
    return at == std::string::npos ? 0 : std::stoi(ended.out.substr(at + 14));
  }
  std::vector<std::filesystem::path> entries() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "kept/results"))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }
  TempFolder folder;
};

}  // namespace flowrun::testing
