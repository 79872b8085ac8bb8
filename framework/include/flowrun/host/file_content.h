// Whether the content of a file is here. Data sets are often made of links: git-annex and DataLad keep the contents elsewhere
// and may drop them, and farms of links lead out of the folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

enum class ContentState {
  here,         ///< there is something to open (a folder, too)
  absent,       ///< nothing of that name
  dropped,      ///< git-annex knows the file, and its content is not on this machine
  broken_link,  ///< the path, or a folder on its way, is a link that leads to nothing
  unusable,     ///< the system does not let us look
};

struct FileContent {
  ContentState state = ContentState::here;
  /// Follows the quoted path: "does not exist", "is a file of git-annex whose content is missing; ...". Empty: it is there.
  std::string why;
};

/// Looks at a path through all of its links. A small file is read, to know the pointers that git-annex leaves in the place of a
/// content (an unlocked file; a link on a file system without links). Relative paths start at the working folder.
FileContent content_of(const std::filesystem::path& path);

/// Where a path and then, one after the other, the links at its end lead to: first the path itself, last what is no link any
/// more, or is not there. No link of a folder on the way is followed. At most 40, as in Linux.
std::vector<std::filesystem::path> link_chain(const std::filesystem::path& path);

/// What stands under a name where a file or a folder is expected: "a named pipe", "a socket", "a device". Empty for files and
/// folders, for what is not there, and for a link, whatever it leads to.
std::string special_file(const std::filesystem::path& path);

/// The content of a regular file, at most so many of its first bytes. What is no regular file is not waited for and not read.
/// Throws Error without the file's name: "it cannot be read: ...", "it is a named pipe, no plain file".
std::string read_plain_file(const std::filesystem::path& file, std::size_t most);

}  // namespace flowrun
