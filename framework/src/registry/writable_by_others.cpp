#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "flowrun/host/registry.h"
#include "registry/library_file.h"
#include "registry/manifest_store.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNamed = 3;

/// Debian and others give each person a group of the same name without other members; what it may write needs no warning.
bool is_group_of_one(gid_t group) {
  std::array<char, 16384> room, other_room;
  passwd person{}, *found_person = nullptr;
  struct group found {
  }, *found_group = nullptr;
  if (::getpwuid_r(::geteuid(), &person, room.data(), room.size(), &found_person) != 0 || !found_person) return false;
  if (::getgrgid_r(group, &found, other_room.data(), other_room.size(), &found_group) != 0 || !found_group) return false;
  const std::string name = person.pw_name;
  if (person.pw_gid != group || name != found.gr_name) return false;
  for (char** member = found.gr_mem; *member; ++member)
    if (name != *member) return false;
  return true;
}

/// Root's own check leaves out whose a file is: in a container everything may be somebody's of the machine outside.
bool others_may_write(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return false;
  const uid_t me = ::geteuid();
  if (me != 0 && info.st_uid != me && info.st_uid != 0) return true;
  return (info.st_mode & S_IWOTH) != 0 || ((info.st_mode & S_IWGRP) != 0 && info.st_gid != 0 && !is_group_of_one(info.st_gid));
}

void add_library(const fs::path& library, std::vector<fs::path>& found) {
  for (const fs::path& file : {library, registry::manifest_beside(library)})
    if (others_may_write(file)) found.push_back(file);
}

void add_place(const fs::path& place, std::vector<fs::path>& found) {
  std::error_code error;
  if (!fs::is_directory(place, error)) return add_library(place, found);
  if (others_may_write(place)) found.push_back(place);
  for (fs::directory_iterator at(place, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".so" || at->path().extension() == ".py") add_library(at->path(), found);
}

}  // namespace

std::string writable_by_others(const std::vector<fs::path>& folders_and_libraries) {
  std::vector<fs::path> found;
  for (const fs::path& place : folders_and_libraries) add_place(place, found);
  if (found.empty()) return "";
  std::sort(found.begin(), found.end());
  std::string names;
  for (std::size_t i = 0; i < std::min(kMostNamed, found.size()); ++i) names += (i ? ", " : "") + registry::quoted(found[i]);
  if (found.size() > kMostNamed) names += " and " + std::to_string(found.size() - kMostNamed) + " more";
  return names +
         " can be written by others than you and root, who could make flowrun run code of theirs; take that right away (chmod "
         "go-w, "
         "chown), or copy the plugins to a folder of your own";
}

}  // namespace flowrun
