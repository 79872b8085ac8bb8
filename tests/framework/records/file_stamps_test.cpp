#include "flowrun/host/file_stamps.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "records/file_parts.h"

namespace {

using namespace flowrun;
namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("flowrun-stamps-" + std::to_string(getpid()))) { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
  std::vector<std::string> parts(const std::string& name) const {
    std::vector<std::string> names;
    for (const records::FilePart& part : records::parts_of(path / name)) names.push_back(part.name);
    return names;
  }
  fs::path path;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("file_stamps: a file that was just written is hashed without marks, and again the next time") {
  const Folder folder;
  const std::string file = folder.write("a", "one");
  records::FileStamps stamps;
  const FileStamp first = stamps.hashed(file);
  CHECK(first.sha256 == records::text_hash("one"));
  CHECK(first.marks.empty());
  CHECK_FALSE(records::looks_same(first, records::look_at(file)));  // so it is read before it counts as unchanged
  const timespec old[] = {{1, 0}, {1, 0}};
  folder.write("a", "two");
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  CHECK(stamps.hashed(file).sha256 == records::text_hash("two"));
}

TEST_CASE("file_stamps: a change that keeps size and time leaves other marks") {
  const Folder folder;
  const std::string file = folder.write("a", "one");
  const timespec old[] = {{1, 0}, {1, 0}};
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  const FileStamp before = records::look_at(file);
  CHECK(records::looks_same(before, records::look_at(file)));
  fs::remove(file);
  folder.write("other", "takes the place on the disk");
  folder.write("a", "two");
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  const FileStamp after = records::look_at(file);
  CHECK(after.size == before.size);
  CHECK(after.mtime_ns == before.mtime_ns);
  CHECK_FALSE(records::looks_same(before, after));
}

TEST_CASE("file_parts: a header has the data that it names below its folder, and a folder all of its files") {
  const Folder folder;
  folder.write("a.raw", "x");
  folder.write("sub/b.raw", "x");
  folder.write("../flowrun-outside.raw", "x");
  folder.write("a.mhd", "ObjectType = Image\nNDims = 3\nElementDataFile = a.raw\n");
  CHECK((folder.parts("a.mhd") == Names{"", "a.raw"}));
  folder.write("local.mha", "NDims = 3\nElementDataFile = LOCAL\nvoxels");
  CHECK((folder.parts("local.mha") == Names{""}));
  folder.write("out.mhd", "NDims = 3\nElementDataFile = ../flowrun-outside.raw\n");
  CHECK((folder.parts("out.mhd") == Names{""}));
  folder.write("abs.mhd", "NDims = 3\nElementDataFile = /etc/passwd\n");
  CHECK((folder.parts("abs.mhd") == Names{""}));
  const std::string absolute = (folder.path / "sub/b.raw").string(), round_about = "sub/../a.raw";
  folder.write("own.mhd", "NDims = 3\nElementDataFile = " + absolute + "\n");
  CHECK((folder.parts("own.mhd") == Names{"", absolute}));
  folder.write("round.mhd", "NDims = 3\nElementDataFile = " + round_about + "\n");
  CHECK((folder.parts("round.mhd") == Names{"", round_about}));
  folder.write("b.nhdr", "NRRD0005\ntype: short\ndatafile: LIST\na.raw\nsub/b.raw\n");
  CHECK((folder.parts("b.nhdr") == Names{"", "a.raw", "sub/b.raw"}));
  folder.write("p.hdr", "h");
  folder.write("p.img.gz", "v");
  CHECK((folder.parts("p.hdr") == Names{"", "p.img.gz"}));
  CHECK((folder.parts("p.img.gz") == Names{"", "p.hdr"}));
  CHECK((folder.parts("sub") == Names{"b.raw"}));
  REQUIRE(mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  CHECK(folder.parts("pipe").empty());
  CHECK(records::file_hash(folder.path / "pipe").empty());
  CHECK(records::look_at((folder.path / "pipe").string()).size == -1);
  fs::remove(folder.path / "../flowrun-outside.raw");
}

TEST_CASE("file_hash: of a folder it follows names, contents and folders below") {
  const Folder folder;
  folder.write("d/1", "x");
  folder.write("d/sub/2", "y");
  const std::string before = records::file_hash(folder.path / "d");
  CHECK(before.size() == 64);
  folder.write("d/sub/2", "z");
  const std::string other = records::file_hash(folder.path / "d");
  CHECK(other != before);
  fs::rename(folder.path / "d/1", folder.path / "d/3");
  CHECK(records::file_hash(folder.path / "d") != other);
}
