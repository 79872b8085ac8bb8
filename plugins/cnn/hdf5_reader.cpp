#include "hdf5_reader.h"

#include <algorithm>
#include <utility>

#include "flowrun/sdk/error.h"
#include "hdf5_objects.h"

namespace flowrun::cnn::hdf5 {
namespace {

constexpr std::string_view kSignature{"\x89HDF\r\n\x1a\n", 8};
constexpr std::size_t kMostDataSets = 1000, kMostNodes = 10000;
constexpr int kDeepest = 8;
constexpr std::uint64_t kSymbolicLink = 2;  // of a group's entry
constexpr std::uint64_t kGroupNode = 0;     // of a tree

/// Walks through the groups; what it visits is counted, so that a file whose parts refer to each other in circles has an end.
class Walk {
 public:
  explicit Walk(std::string_view file) : file_(file) {}

  Contents contents;

  void object(std::uint64_t address, const std::string& name, int depth) {
    visit(depth);
    const std::vector<Message> messages = messages_at(file_, address);
    if (depth == 0) take_texts(messages);
    if (find(messages, kLayout)) return take_data_set(messages, name);
    const Message* table = find(messages, kSymbolTable);
    if (find(messages, kLink) || find(messages, kLinkInfo))
      throw Error("it has groups of a newer form than Keras writes by itself; save it by h5py with libver='earliest'");
    if (!table || table->shared) damaged();
    tree(number(table->data, 0, 8), names_at(number(table->data, 8, 8)), name, depth);
  }

 private:
  void visit(int depth) {
    if (++nodes_ > kMostNodes)
      throw Error("it has more than " + std::to_string(kMostNodes) + " parts, or parts within themselves");
    if (depth > kDeepest) throw Error("it has more than " + std::to_string(kDeepest) + " groups within each other");
  }

  void take_texts(const std::vector<Message>& messages) {
    for (const char* name : {"backend", "keras_version"})
      if (auto text = text_attribute(file_, messages, name)) contents.texts[name] = *text;
  }

  void take_data_set(const std::vector<Message>& messages, const std::string& name) {
    if (contents.data_sets.size() >= kMostDataSets)
      throw Error("it has more than " + std::to_string(kMostDataSets) + " data sets; the published networks have 39");
    contents.data_sets.push_back(data_set_of(file_, messages, name));
  }

  /// The bytes in which the names of a group lie.
  std::string_view names_at(std::uint64_t address) const {
    if (part(file_, address, 4) != "HEAP") damaged();
    return part(file_, number(file_, address + 24, 8), number(file_, address + 8, 8));
  }

  void tree(std::uint64_t address, std::string_view names, const std::string& group, int depth) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> open{{address, kNowhere}};  // a node, and the level above
    while (!open.empty()) {
      const auto [node, above] = open.back();
      open.pop_back();
      visit(depth);
      if (part(file_, node, 4) != "TREE" || number(file_, node + 4, 1) != kGroupNode) damaged();
      const std::uint64_t level = number(file_, node + 5, 1), children = number(file_, node + 6, 2);
      if (level >= above) damaged();
      for (std::uint64_t i = 0; i < children; ++i) {
        const std::uint64_t child = number(file_, node + 32 + 16 * i, 8);
        if (level > 0) open.emplace_back(child, level);
        else entries(child, names, group, depth);
      }
      if (open.size() > kMostNodes) damaged();
    }
  }

  void entries(std::uint64_t node, std::string_view names, const std::string& group, int depth) {
    visit(depth);
    if (part(file_, node, 4) != "SNOD") damaged();
    const std::uint64_t count = number(file_, node + 6, 2);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t entry = node + 8 + 40 * i;
      const std::string_view from_name = names.substr(std::min<std::uint64_t>(number(file_, entry, 8), names.size()));
      const std::string name = (group.empty() ? "" : group + "/") + printable(from_name.substr(0, from_name.find('\0')));
      if (number(file_, entry + 16, 4) == kSymbolicLink)
        throw Error("its '" + name + "' is a link to elsewhere; links are not followed");
      object(number(file_, entry + 8, 8), name, depth + 1);
    }
  }

  std::string_view file_;
  std::size_t nodes_ = 0;
};

/// The address of the root group's header.
std::uint64_t root_of(std::string_view file) {
  constexpr std::uint64_t kEndOfFile = 40, kRootHeader = 64;
  const std::uint64_t version = number(file, 8, 1);
  if (version != 0)
    throw Error("it is an HDF5 file of a newer form (superblock " + std::to_string(version) +
                ") than Keras writes by itself; save it by h5py with libver='earliest'");
  if (number(file, 13, 1) != 8 || number(file, 14, 1) != 8 || number(file, 24, 8) != 0)
    throw Error("it is an HDF5 file with addresses of another width, or one that begins inside another file");
  if (const std::uint64_t end = number(file, kEndOfFile, 8); end > file.size())
    throw Error("it is cut short: it says that it has " + std::to_string(end) + " bytes, but has " + std::to_string(file.size()));
  return number(file, kRootHeader, 8);
}

}  // namespace

bool is_hdf5(std::string_view file) { return file.starts_with(kSignature); }

Contents read(std::string_view file) {
  if (!is_hdf5(file)) throw Error("it is not an HDF5 file");
  Walk walk(file);
  walk.object(root_of(file), "", 0);
  return std::move(walk.contents);
}

}  // namespace flowrun::cnn::hdf5
