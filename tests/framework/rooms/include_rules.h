// The table of docs/architecture.md that says which room may include what, as a function.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun::testing {

/// One #include of a file; both with '/' and the file relative to the project's folder.
struct Include {
  std::string file;
  int line = 0;             ///< from 1
  std::string target;       ///< "flowrun/sdk/node.h"
  bool quoted = false;      ///< "..." and not <...>
  bool is_sibling = false;  ///< quoted, and lies beside or below the including file
};

/// The #include lines of a source text; those in comments and in string literals that span lines are left out.
std::vector<Include> includes_of(const std::string& file, const std::string& text);

/// Why an include is against the rules; empty: it is allowed.
std::string broken_rule(const Include& include);

/// All includes of the sources below the project's rooms.
std::vector<Include> includes_of_tree(const std::filesystem::path& project);

}  // namespace flowrun::testing
