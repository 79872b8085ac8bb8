// What a case's records say about its images.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "viewer/packed_layer.h"

namespace flowrun {

/// The images of a case in one output folder, of all graphs that ran there.
struct CaseImages {
  std::vector<LayerSource> layers;  ///< those that the case read before those that it wrote; each file once
  std::filesystem::path table;      ///< CSV file with places in mm; empty: none
  std::optional<std::string> table_text;  ///< its beginning, where it has been read
  std::vector<std::string> graphs;
  bool done = true;  ///< by all records: a case that is running again has moved its earlier images away
};

/// The cases that have records in an output folder, by name. Throws Error where there are none.
std::vector<std::string> cases_with_records(const std::filesystem::path& out);

/// Throws Error for a case without a record that can be read.
CaseImages images_of_case(const std::filesystem::path& out, const std::string& name);

}  // namespace flowrun
