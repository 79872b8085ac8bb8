#include "transform_hdf5.h"

#include <hdf5.h>

#include <mutex>

#include "flowrun/sdk/error.h"

namespace flowrun::registration {
namespace {

constexpr std::uintmax_t kBestCompression = 1100;  // deflate makes of one byte no more than so many
constexpr hsize_t kMostTransforms = 1000;
constexpr std::size_t kLongestText = 4096;

/// One call at a time, and no messages on standard error.
class Session {
 public:
  Session() : lock_(mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Session() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// An identifier of the library, closed at the end.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& problem) : id_(id), close_(close) {
    if (id < 0) throw Error(problem);
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

void require(herr_t status, const std::string& problem) {
  if (status < 0) throw Error(problem);
}

/// Whether there is such an object. Throws Error for a link to somewhere else, such as another file.
bool has(hid_t parent, const std::string& name) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) <= 0) return false;
  H5L_info_t link;
  require(H5Lget_info(parent, name.c_str(), &link, H5P_DEFAULT), "its " + name + " is damaged");
  if (link.type != H5L_TYPE_HARD) throw Error("its " + name + " is a link to another place, which is not followed");
  return true;
}

/// Throws Error where a data set is missing, a link, or keeps its data in other files.
void require_own_set(hid_t parent, const std::string& name) {
  if (!has(parent, name)) throw Error("it lacks " + name);
  const Handle set(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose, "it lacks " + name);
  const Handle plan(H5Dget_create_plist(set), H5Pclose, "its " + name + " is damaged");
  if (H5Pget_external_count(plan) != 0) throw Error("its " + name + " lies in other files, which are not read");
}

/// A text that is stored with a fixed or a variable length, through `read(memory type, buffer)`.
template <class Read>
std::string text_of(hid_t type, hid_t space, const std::string& name, const Read& read) {
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) throw Error("its " + name + " is no text");
  const Handle memory(H5Tcopy(type), H5Tclose, "its " + name + " cannot be read");
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    require(read(memory, &text), "its " + name + " cannot be read");
    const std::string copy(text ? text : "");
    H5free_memory(text);
    return copy;
  }
  const std::size_t length = H5Tget_size(type);
  if (length > kLongestText) throw Error("its " + name + " is a text of " + std::to_string(length) + " bytes");
  std::string text(length, '\0');
  require(read(memory, text.data()), "its " + name + " cannot be read");
  return text.substr(0, text.find('\0'));
}

std::string read_text(hid_t parent, const std::string& name) {
  require_own_set(parent, name);
  const Handle set(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose, "it lacks " + name);
  const Handle type(H5Dget_type(set), H5Tclose, "its " + name + " is damaged");
  const Handle space(H5Dget_space(set), H5Sclose, "its " + name + " is damaged");
  return text_of(type, space, name,
                 [&](hid_t memory, void* to) { return H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
}

std::string read_attribute(hid_t root, const std::string& name) {
  if (H5Aexists(root, name.c_str()) <= 0) return {};
  const Handle attribute(H5Aopen(root, name.c_str(), H5P_DEFAULT), H5Aclose, "its " + name + " is damaged");
  const Handle type(H5Aget_type(attribute), H5Tclose, "its " + name + " is damaged");
  const Handle space(H5Aget_space(attribute), H5Sclose, "its " + name + " is damaged");
  return text_of(type, space, name, [&](hid_t memory, void* to) { return H5Aread(attribute, memory, to); });
}

std::vector<double> read_numbers(hid_t parent, const std::string& name, std::uintmax_t file_bytes) {
  require_own_set(parent, name);
  const Handle set(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose, "it lacks " + name);
  const Handle type(H5Dget_type(set), H5Tclose, "its " + name + " is damaged");
  const Handle space(H5Dget_space(set), H5Sclose, "its " + name + " is damaged");
  if (H5Tget_class(type) != H5T_FLOAT && H5Tget_class(type) != H5T_INTEGER) throw Error("its " + name + " are no numbers");
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count < 0 || H5Sget_simple_extent_ndims(space) > 1) throw Error("its " + name + " are no list");
  if (static_cast<std::uintmax_t>(count) > file_bytes * kBestCompression)
    throw Error("its " + name + " claim to be " + std::to_string(count) + " numbers, more than the file's " +
                std::to_string(file_bytes) + " bytes can contain");
  std::vector<double> numbers(static_cast<std::size_t>(count));
  if (count > 0)
    require(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), "its " + name + " cannot be read");
  return numbers;
}

/// The parameters of a transform, whose names were misspelt in files of older ITK.
std::vector<double> read_either(hid_t group, const std::string& name, const std::string& older, std::uintmax_t file_bytes) {
  if (has(group, name)) return read_numbers(group, name, file_bytes);
  return has(group, older) ? read_numbers(group, older, file_bytes) : std::vector<double>();
}

TransformRecord read_record(hid_t group, std::uintmax_t file_bytes) {
  TransformRecord record{read_text(group, "TransformType"), {}, {}};
  if (record.type.starts_with("CompositeTransform")) return record;
  record.parameters = read_either(group, "TransformParameters", "TranformParameters", file_bytes);
  record.fixed = read_either(group, "TransformFixedParameters", "TranformFixedParameters", file_bytes);
  return record;
}

void write_text(hid_t parent, const std::string& name, const std::string& text, bool attribute) {
  const std::string problem = "the HDF5 library could not write " + name;
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, problem);
  require(H5Tset_size(type, H5T_VARIABLE), problem);
  const hsize_t one = 1;
  const Handle space(H5Screate_simple(1, &one, nullptr), H5Sclose, problem);
  const char* bytes = text.c_str();
  if (attribute) {
    const Handle made(H5Acreate2(parent, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, problem);
    return require(H5Awrite(made, type, &bytes), problem);
  }
  const Handle made(H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, problem);
  require(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &bytes), problem);
}

void write_numbers(hid_t parent, const std::string& name, const std::vector<double>& numbers) {
  const std::string problem = "the HDF5 library could not write " + name;
  const hsize_t count = numbers.size();
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, problem);
  const Handle made(H5Dcreate2(parent, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                    problem);
  if (count > 0) require(H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), problem);
}

}  // namespace

TransformFile read_hdf5(const std::filesystem::path& path) {
  const Session session;
  const std::uintmax_t bytes = std::filesystem::file_size(path);
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "it is no HDF5 file, or a damaged one");
  const char* const kNone = "it is an HDF5 file without a 'TransformGroup', so it contains no transform of ITK";
  if (!has(file, "TransformGroup")) throw Error(kNone);
  const Handle group(H5Gopen2(file, "/TransformGroup", H5P_DEFAULT), H5Gclose, kNone);
  H5G_info_t info;
  require(H5Gget_info(group, &info), "its 'TransformGroup' is damaged");
  if (info.nlinks > kMostTransforms) throw Error("it contains " + std::to_string(info.nlinks) + " transforms");
  TransformFile found;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    if (!has(group, std::to_string(i))) throw Error("it lacks transform " + std::to_string(i));
    const Handle one(H5Gopen2(group, std::to_string(i).c_str(), H5P_DEFAULT), H5Gclose,
                     "it lacks transform " + std::to_string(i));
    found.records.push_back(read_record(one, bytes));
  }
  found.from = read_attribute(file, "flowrun_from");
  found.to = read_attribute(file, "flowrun_to");
  return found;
}

void write_hdf5(const std::filesystem::path& path, const TransformFile& transforms) {
  const Session session;
  const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "the file could not be made");
  const Handle group(H5Gcreate2(file, "TransformGroup", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                     "the HDF5 library could not write its group");
  for (std::size_t i = 0; i < transforms.records.size(); ++i) {
    const TransformRecord& record = transforms.records[i];
    const Handle one(H5Gcreate2(group, std::to_string(i).c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                     "the HDF5 library could not write a group");
    write_text(one, "TransformType", record.type, false);
    if (record.type.starts_with("CompositeTransform")) continue;
    write_numbers(one, "TransformFixedParameters", record.fixed);
    write_numbers(one, "TransformParameters", record.parameters);
  }
  if (!transforms.from.empty()) write_text(file, "flowrun_from", transforms.from, true);
  if (!transforms.to.empty()) write_text(file, "flowrun_to", transforms.to, true);
  require(H5Fflush(file, H5F_SCOPE_GLOBAL), "not all of it reached the disk, which may be full");
}

}  // namespace flowrun::registration
