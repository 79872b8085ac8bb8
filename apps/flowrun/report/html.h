#pragma once

#include <string>
#include <string_view>

namespace flowrun {

/// Text as it may stand in HTML, between tags and in attributes in double quotes. What no terminal should see is escaped too.
std::string html(std::string_view text);

/// A relative path as a link: every byte that is not plainly harmless is percent-encoded. A path that is absolute or that climbs
/// with ".." leads out of the folder and becomes "".
std::string relative_link(std::string_view path);

}  // namespace flowrun
