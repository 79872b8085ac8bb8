// Files under a name that does not fit, files that are no images, and what a header must not make this process do.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"
#include "image_files.h"
#include "io/memory_room.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

namespace fs = std::filesystem;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kMeta =
    "NDims = 3\nDimSize = 2 1 1\nElementType = MET_UCHAR\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n"
    "Offset = 0 0 0\nElementSpacing = 1 1 1\nElementDataFile = ";
const std::string kNrrd =
    "NRRD0005\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nencoding: raw\nspace: LPS\n"
    "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n";

/// A limit of address space, as ulimit -v sets it, until the end of the scope.
class AddressSpace {
 public:
  explicit AddressSpace(std::uint64_t more) {
    ::getrlimit(RLIMIT_AS, &before_);
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit = before_;
    limit.rlim_cur = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + more;
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ~AddressSpace() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("content: an image under a wrong name is read by its content, with one warning") {
  const TempFolder folder;
  const Bytes plain = nifti_bytes({2, 1, 1});
  save(folder / "plain.nii.gz", plain);
  save(folder / "packed.nii", gzipped(plain));
  save(folder / "nifti.nrrd", plain);
  save(folder / "packed.mha", gzipped(plain));
  save(folder / "nrrd.nii", kNrrd + "\nab");
  save(folder / "nrrd.nii.gz", kNrrd + "\nab");
  save(folder / "meta.nrrd", kMeta + "LOCAL\nab");
  save(folder / "meta.dcm", kMeta + "LOCAL\nab");
  save(folder / "nifti.img", plain);
  for (const std::string& name : folder.names()) {
    CAPTURE(name);
    CHECK(read_error(folder / name) == "");
    const ReadImage read = read_with(folder / name);
    CHECK(read.volume.geometry.size == std::array<std::int64_t, 3>{2, 1, 1});
    REQUIRE(read.warnings.size() == 1);
    CHECK(says(read.warnings[0], "it is read as what it is, so give it a name that fits"));
  }
}

TEST_CASE("content: a DICOM file is one by its mark, whatever its first 128 bytes look like") {
  const TempFolder folder;
  DicomSliceFile slice;
  write_dicom_slice(folder / "a.dcm", slice);
  const Bytes plain = load(folder / "a.dcm");
  for (const std::string& start : {std::string("\x5c\x01\0\0", 4), std::string("\0\0\x02\x1c", 4), std::string("II*\0", 4),
                                   std::string("\0\0\0\1\0\0", 6)}) {
    Bytes bytes = plain;
    std::copy(start.begin(), start.end(), bytes.begin());
    save(folder / "a.dcm", bytes);
    CHECK(read_error(folder / "a.dcm") == "");
    CHECK(read_back(folder / "a.dcm").voxels == read_back(folder.path().string()).voxels);
  }
  Bytes nifti = nifti_bytes({2, 1, 1});
  for (std::size_t i = 0; i < 4; ++i) nifti[128 + i] = static_cast<unsigned char>("DICM"[i]);  // a calibration
  save(folder / "b.nii", nifti);
  CHECK(read_back(folder / "b.nii").voxels == std::vector<float>{0, 1});
}

TEST_CASE("content: a file that is no image is refused with what it is") {
  const TempFolder folder;
  struct Row {
    std::string bytes, what;
  };
  const std::vector<Row> rows{
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
       "it is a pointer of Git LFS: the image itself is missing"},
      {"/annex/objects/SHA256E-s1--00.nii.gz\n", "it is a pointer of git-annex: the image itself is missing"},
      {"../../.git/annex/objects/xx/yy/SHA256E-s1--00.nii.gz", "it is a pointer of git-annex"},
      {std::string("PK\3\4", 4) + std::string(400, 'x'), "it is a zip archive; unpack it"},
      {std::string("\x89PNG\r\n\x1a\n", 8) + std::string(400, '\1'), "it is a PNG picture"},
      {std::string("\xff\xd8\xff\xe0", 4) + std::string(400, '\1'), "it is a JPEG picture"},
      {"<!DOCTYPE HTML><html><body>Please log in</body></html>", "it is a web page"},
      {"\n  <html><head></head></html>", "it is a web page"},
      {std::string("\x89HDF\r\n\x1a\n", 8) + std::string(400, '\1'), "it is an HDF5 file"},
      {std::string("CDF\1", 4) + std::string(400, '\1'), "it is a NetCDF file"},
      {"%PDF-1.4 and so on", "it is a PDF document"},
      {std::string(1000, '\0'), "it is a file that begins with zeros"},
      {"{\"a\": 1}", "it is a text that begins with '{\"a\": 1}'"},
      {std::string("\0\0\0\1\0\0\0\1", 8) + std::string(400, '\1'),
       "it is an MGH image of FreeSurfer (by its first bytes); convert it"}};
  for (const Row& row : rows)
    for (const std::string name : {"a.nii.gz", "a.nii", "a.nrrd", "a.mha", "a.dcm", "a"}) {
      CAPTURE(row.what);
      CAPTURE(name);
      save(folder / name, row.bytes);
      const std::string error = read_error(folder / name);
      CAPTURE(error);
      CHECK(says(error, row.what));
      CHECK(error.find('\n') == std::string::npos);
    }
  const std::string inner = "version https://git-lfs.github.com/spec/v1\n";
  save(folder / "b.nii.gz", gzipped(Bytes(inner.begin(), inner.end())));
  CHECK(says(read_error(folder / "b.nii.gz"), "it is a gzip file of a pointer of Git LFS"));
  const std::string nrrd = kNrrd + "\nab";
  save(folder / "c.nrrd", gzipped(Bytes(nrrd.begin(), nrrd.end())));
  CHECK(says(read_error(folder / "c.nrrd"), "it is a NRRD file that was compressed by gzip as a whole; unpack it"));
}

TEST_CASE("content: pairs of NIfTI files and Analyze headers are named as such") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({2, 2, 2});
  bytes[345] = 'i';
  save(folder / "a.hdr", bytes);
  CHECK(says(read_error(folder / "a.hdr"), "it is the header of a NIfTI pair"));
  for (std::size_t i = 344; i < 348; ++i) bytes[i] = 0;
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "by its length it is an Analyze 7.5 header"));
}

TEST_CASE("data file: a header may name files below its folder only, links followed") {
  const TempFolder folder;
  fs::create_directories(folder / "in/sub");
  save(folder / "secret.raw", "ab");
  save(folder / "in/sub/data.raw", "ab");
  fs::create_symlink(folder / "secret.raw", folder / "in/link.raw");
  fs::create_directory_symlink(folder.path(), folder / "in/folder");
  fs::create_symlink("sub/data.raw", folder / "in/fine.raw");
  fs::create_symlink("in/a.mhd", folder / "a.mhd");
  for (const std::string& name : std::vector<std::string>{"../secret.raw", folder / "secret.raw", "link.raw", "folder/secret.raw",
                                                          "sub/../../secret.raw", "/etc/passwd", "/dev/zero", "../missing.raw"}) {
    CAPTURE(name);
    save(folder / "in/a.mhd", kMeta + name + "\n");
    save(folder / "in/a.nhdr", kNrrd + "data file: " + name + "\n\n");
    save(folder / "in/a.nrrd", kNrrd + "data file: " + name + "\n\n");
    for (const std::string header : {"in/a.mhd", "in/a.nhdr", "in/a.nrrd"})
      CHECK(says(read_error(folder / header), "outside the folder of the header; only files in it or below it are read"));
  }
  for (const std::string name : {"sub/data.raw", "fine.raw", "sub/../sub/data.raw"}) {
    save(folder / "in/a.mhd", kMeta + name + "\n");
    CHECK(read_back(folder / "in/a.mhd").voxels == std::vector<float>{'a', 'b'});
  }
  save(folder / "in/a.mhd", kMeta + (folder / "in/sub/data.raw") + "\n");
  CHECK(read_back(folder / "in/a.mhd").voxels == std::vector<float>{'a', 'b'});
  save(folder / "in/b.nhdr", kNrrd + "data file: LIST\n../secret.raw\n");
  CHECK(says(read_error(folder / "in/b.nhdr"), "in several files, which are not read here"));
}

TEST_CASE("data file: a FIFO, a device or a folder is not opened, neither as the image nor as its data") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe.nii").c_str(), 0600) == 0);
  REQUIRE(::mkfifo((folder / "pipe.raw").c_str(), 0600) == 0);
  fs::create_symlink("/dev/zero", folder / "zero.nii");
  fs::create_symlink("pipe.nii", folder / "link.nii");
  fs::create_directory(folder / "folder.raw");
  for (const auto& [name, what] :
       {std::pair{"pipe.nii", "a pipe (FIFO)"}, {"zero.nii", "a device"}, {"link.nii", "a pipe (FIFO)"}})
    CHECK(says(read_error(folder / name), std::string("it is ") + what + "; an image file is expected: write what comes out"));
  for (const auto& [name, what] : {std::pair{"pipe.raw", "a pipe (FIFO)"}, {"folder.raw", "a folder"}}) {
    save(folder / "a.mhd", kMeta + name + "\n");
    CHECK(says(read_error(folder / "a.mhd"), std::string("which is ") + what + "; a file is expected"));
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("memory: an image that is larger than the process may be is refused with size and limit, before memory is taken") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({1, 1, 1}, 2);
  for (const auto& [axis, size] : {std::pair{1, 1000}, {2, 1000}, {3, 400}})
    put(bytes, 40 + 2 * static_cast<std::size_t>(axis), static_cast<std::int16_t>(size));
  bytes.resize(352 + std::size_t{400'000'000});
  save(folder / "bomb.nii.gz", gzipped(bytes));
  CHECK(load(folder / "bomb.nii.gz").size() < 1'000'000);
  bytes = {};
  const AddressSpace limit(std::uint64_t{600} << 20);
  const std::string error = read_error(folder / "bomb.nii.gz");
  CAPTURE(error);
  CHECK(
      says(error, "its header promises 1000 x 1000 x 400 voxels, which take 2400 MB of memory, but this process may take only "));
  CHECK(says(error, "MB more (the limit of address space (ulimit -v))"));
}
#endif

TEST_CASE("memory: the smallest of machine, control groups and their caches is what is left") {
  const TempFolder folder;
  const fs::path root = folder.path();
  fs::create_directories(root / "proc/self");
  fs::create_directories(root / "sys/fs/cgroup/outer/inner");
  save((root / "proc/meminfo").string(), "MemTotal: 9000000 kB\nMemAvailable: 4000000 kB\nSwapFree: 1000000 kB\n");
  CHECK(io::memory_room(root)->bytes == 5'000'000ull * 1024);
  save((root / "proc/self/cgroup").string(), "0::/outer/inner\n");
  save((root / "sys/fs/cgroup/outer/inner/memory.max").string(), "max\n");
  save((root / "sys/fs/cgroup/outer/inner/memory.current").string(), "5\n");
  CHECK(io::memory_room(root)->bytes == 5'000'000ull * 1024);
  save((root / "sys/fs/cgroup/outer/memory.max").string(), "3000000000\n");
  save((root / "sys/fs/cgroup/outer/memory.current").string(), "2500000000\n");
  CHECK(io::memory_room(root)->bytes == 500'000'000);
  save((root / "sys/fs/cgroup/outer/memory.stat").string(), "anon 1\ninactive_file 1000000000\nactive_file 500000000\n");
  CHECK(io::memory_room(root)->bytes == 2'000'000'000);
  CHECK(io::memory_room(root)->limit == "the memory limit of its container or control group");
  fs::create_directories(root / "sys/fs/cgroup/memory/one");
  save((root / "proc/self/cgroup").string(), "4:cpu,memory:/one\n0::/\n");
  save((root / "sys/fs/cgroup/memory/one/memory.limit_in_bytes").string(), "1000000\n");
  save((root / "sys/fs/cgroup/memory/one/memory.usage_in_bytes").string(), "999000\n");
  CHECK(io::memory_room(root)->bytes == 1000);
  CHECK_FALSE(io::memory_room(root / "nothing").has_value());
}
