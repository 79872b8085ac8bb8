#include "node_types.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <new>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/transform.h"
#include "transform_hdf5.h"
#include "transform_text.h"

namespace flowrun::registration {
namespace {

namespace fs = std::filesystem;

constexpr Output<Transform> kRead{"transform", "The transform of the file"};
constexpr Input<Transform> kWritten{"transform", "The transform", Scope::per_case};
constexpr std::uintmax_t kLargestText = std::uintmax_t{1} << 29;
constexpr std::size_t kMostNumbersAsText = 1000000;
constexpr char kHdf5Magic[] = "\x89HDF\r\n\x1a\n";

constexpr char kMatName[] =
    "matrices of FSL's FLIRT have this ending, and their numbers mean something else than mm in RAS; convert such a file with "
    "'c3d_affine_tool -ref FIXED -src MOVING FILE.mat -fsl2ras -o FILE.txt', and name a matrix in RAS .txt";

bool is_hdf5_name(const fs::path& path) { return path.extension() == ".h5" || path.extension() == ".hdf5"; }

std::string text_of(const fs::path& path, std::uintmax_t most) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(std::min(fs::file_size(path), most)), '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(text.size()))) throw Error("it cannot be read");
  return text;
}

Transform read_transform(const fs::path& path, bool trusts_hdf5) {
  std::error_code missing;
  if (!fs::exists(path, missing)) throw Error("there is no such file");
  if (!fs::is_regular_file(path)) throw Error("it is no plain file");
  if (text_of(path, 8) == kHdf5Magic) {
    if (!trusts_hdf5)
      throw Error(
          "it is an HDF5 file, which HDF5's own library reads and a damaged one can crash; set parameter 'trust_hdf5' to true for a "
          "file that you know, or save the transform as text (.tfm)");
    return transform_of(read_hdf5(path));
  }
  if (fs::file_size(path) > kLargestText) throw Error("it has more than 512 MB and is no HDF5 file");
  const std::string text = text_of(path, kLargestText);
  if (text.empty()) throw Error("it is empty");
  if (text.find('\0') != std::string::npos)
    throw Error("it is neither text nor HDF5 (ITK's .mat files are not read; write .tfm or .h5)");
  if (is_itk_text(text)) return transform_of(parse_itk_text(text));
  if (path.extension() == ".mat") throw Error(kMatName);
  return parse_ras_matrix(text);
}

class Read : public Node {
 public:
  void process(Context& context) override {
    const fs::path path = context.params().text("path");
    Transform transform = [&] {
      try {
        return read_transform(path, context.params().flag("trust_hdf5"));
      } catch (const std::bad_alloc&) {
        throw Error("cannot read the transform '" + path.string() + "': there is not enough memory for it");
      } catch (const std::exception& e) {
        throw Error("cannot read the transform '" + path.string() + "': " + e.what());
      }
    }();
    transform.source = path.string();
    if (const std::string& from = context.params().text("from"); !from.empty()) transform.from = from;
    if (const std::string& to = context.params().text("to"); !to.empty()) transform.to = to;
    context.emit(kRead, std::move(transform));
  }
};

/// The form that a file gets: "hdf5", "itk_text" or "ras_matrix".
std::string form_of(const fs::path& path, const std::string& wanted) {
  if (wanted == "by_name") {
    if (is_hdf5_name(path)) return "hdf5";
    if (path.extension() == ".tfm" || path.extension() == ".txt") return "itk_text";
    throw Error("the ending of its name says no known form; choose .tfm, .txt, .h5 or .hdf5, or set 'form'");
  }
  if (wanted == "ras_matrix" && path.extension() == ".mat") throw Error(kMatName);
  if ((wanted == "hdf5") != is_hdf5_name(path))
    throw Error(
        "its name has to end in .h5 or .hdf5 where its form is hdf5, and only there; programs choose how to read it by that");
  return wanted;
}

void write_transform(const fs::path& path, const Transform& transform, const std::string& form) {
  if (form == "ras_matrix") return write_atomically(path, ras_matrix_text(transform));
  const TransformFile file = records_of(transform);
  if (form == "itk_text") {
    for (const TransformRecord& record : file.records)
      if (record.parameters.size() > kMostNumbersAsText)
        throw Error("its displacement field has " + std::to_string(record.parameters.size()) +
                    " numbers, too many for text; name it .h5");
    return write_atomically(path, itk_text(file));
  }
  AtomicFile target(path, ".h5");
  write_hdf5(target.temporary(), file);
  target.commit();
}

class Write : public Node {
 public:
  void process(Context& context) override {
    const fs::path path = context.params().text("path");
    const Transform& transform = context.in(kWritten);
    try {
      write_transform(path, transform, form_of(path, context.params().text("form")));
    } catch (const std::exception& e) {
      const std::string reason = e.what();
      throw Error(reason.starts_with("cannot write") ? reason : "cannot write the transform '" + path.string() + "': " + reason);
    }
  }
};

constexpr char kReadDetails[] =
    "The form is found in the file's bytes: ITK's text (.tfm, .txt), ITK's HDF5 (.h5, with 'trust_hdf5'), or a 4 x 4 matrix in RAS as text "
    "(NiftyReg, "
    "c3d_affine_tool -ras). All lead from places of the reference (fixed) image to places of the moving image. Types that are "
    "read: "
    "Identity, Translation, Scale, Affine, MatrixOffsetTransformBase, Euler3D, Versor, VersorRigid3D, QuaternionRigid, "
    "Similarity3D, DisplacementField, and a Composite of these, whose parts ITK applies from last to first. A displacement field "
    "counts as 0 "
    "outside the centres of its outermost voxels; ITK takes it half a voxel further.\n\n"
    "Names of spaces are read where flowrun wrote them; 'from' and 'to' replace them. Errors: a missing or damaged file; other "
    "types; "
    "several transforms without a composite, a composite without parts; a matrix that cannot be inverted; numbers that are not "
    "finite; a centre without its three numbers, text that ends within a line (both are cut short); a matrix named .mat, which is "
    "FLIRT's ending; arrays larger than their file; links to other files. HDF5's library is not safe against hostile files: give "
    "'trust_hdf5' only for files that you know, or run the node with \"isolate\".";

constexpr char kWriteDetails[] =
    "The file appears under its name only when it is whole. ITK's text and HDF5 are read by ITK, 3D Slicer, ANTs and ITK-SNAP; "
    "names of the "
    "spaces are kept in comments or attributes, which those skip. ras_matrix: 4 lines of 4 numbers, mm, RAS, for affine "
    "transforms; "
    "names of spaces are lost. Errors: a name that contradicts the form; a matrix of a transform that displaces; the way back "
    "through a "
    "displacement field; a displacement field of more than 1e6 numbers as text.";

}  // namespace

NodeType read_type() {
  NodeType type{.name = "registration.read", .summary = "Reads a transform: ITK text, ITK HDF5, or a 4 x 4 matrix in RAS"};
  type.details = kReadDetails;
  type.outputs = {kRead};
  ParamSpec path{.name = "path", .type = ParamType::path, .help = "The file", .per_case = true};
  ParamSpec from{.name = "from", .type = ParamType::string, .default_value = std::string()};
  from.help = "Name of the space that it starts from, of the reference image; empty: what the file says", from.per_case = true;
  ParamSpec to{.name = "to", .type = ParamType::string, .default_value = std::string()};
  to.help = "Name of the space that it ends in, of the moving image; empty: what the file says", to.per_case = true;
  ParamSpec trust{.name = "trust_hdf5", .type = ParamType::boolean, .default_value = false};
  trust.help = "Read HDF5 files too, by HDF5's own library, which a damaged file can crash";
  type.params = {path, from, to, trust};
  type.concurrent = true;
  type.create = create_node<Read>;
  return type;
}

NodeType write_type() {
  NodeType type{.name = "registration.write", .summary = "Writes a transform: ITK text, ITK HDF5, or a 4 x 4 matrix in RAS"};
  type.details = kWriteDetails;
  type.inputs = {kWritten};
  ParamSpec path{
      .name = "path", .type = ParamType::path, .help = "The file to write", .role = PathRole::output, .per_case = true};
  ParamSpec form{.name = "form", .type = ParamType::choice, .default_value = std::string("by_name")};
  form.help = "How it is written; by_name: .h5 and .hdf5 as HDF5, .tfm and .txt as ITK's text";
  form.choices = {"by_name", "itk_text", "hdf5", "ras_matrix"};
  type.params = {path, form};
  type.concurrent = true;
  type.create = create_node<Write>;
  return type;
}

}  // namespace flowrun::registration
