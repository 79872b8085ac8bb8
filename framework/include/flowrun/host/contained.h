// The one rule for names that come from a table, a plan, a record or a packet and become paths: they lead nowhere else.
#pragma once

#include <filesystem>

namespace flowrun {

/// Whether a path is a folder or lies in it, after links, "." and ".." are followed; neither need be there yet.
bool lies_within(const std::filesystem::path& path, const std::filesystem::path& folder);

}  // namespace flowrun
