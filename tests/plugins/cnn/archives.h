#pragma once

#include <string>
#include <utility>
#include <vector>

namespace flowrun::testing {

/// Records of a zip archive by their names.
using Records = std::vector<std::pair<std::string, std::string>>;

/// Writes a TorchScript archive of the records as they are.
std::string write_records(const std::string& path, const Records& records);

/// An archive whose data is an object of class __torch__.Network with the attribute `training`, and whose code is the text. What is in `more` is added,
/// or takes the place of a record of that name.
std::string write_code(const std::string& path, const std::string& code, const Records& more = {});

/// The class Network with a forward of these lines (indented by four), and further members and classes.
std::string network_code(const std::string& forward_lines, const std::string& members = "", const std::string& before = "");

}  // namespace flowrun::testing
