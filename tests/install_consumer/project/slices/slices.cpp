// A plugin with a payload type of its own: slices.cut streams a volume slice by slice, slices.areas collects them into a table.
#include <algorithm>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"
#include "slice.h"

using namespace flowrun;

namespace {

struct Cutting : Firing {
  std::int64_t z = 0;
  std::int64_t count = -1;
  bool next(Context& context) override {
    const Volume& volume = context.in<Volume>("volume");
    if (z == volume.geometry.size[2] || context.cancelled()) return false;
    Slice slice;
    slice.z = z++;
    slice.width = volume.geometry.size[0];
    slice.height = volume.geometry.size[1];
    slice.pixel_area = volume.geometry.spacing[0] * volume.geometry.spacing[1];
    const auto first = volume.voxels.begin() + slice.z * slice.width * slice.height;
    slice.pixels.assign(first, first + slice.width * slice.height);
    context.emit("slices", std::move(slice));
    return true;
  }
  std::int64_t expected() const override { return count; }
};

class Cut : public Node {
  std::unique_ptr<Firing> begin(Context& context) override {
    auto firing = std::make_unique<Cutting>();
    firing->count = context.in<Volume>("volume").geometry.size[2];
    return firing;
  }
};

struct Measuring : Firing {
  Table table;
  void accept(Context& context, std::string_view, const PayloadPtr& item) override {
    const Slice& slice = *payload_cast<Slice>(item.get());
    const double above = context.params().number("above");
    const auto inside = std::count_if(slice.pixels.begin(), slice.pixels.end(), [&](float pixel) { return pixel > above; });
    table.rows.push_back({slice.z, static_cast<double>(inside) * slice.pixel_area});
  }
  void finish(Context& context) override {
    table.columns = {"z", "area_mm2"};
    context.emit("table", std::move(table));
  }
};

class Areas : public Node {
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<Measuring>(); }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

std::vector<NodeType> node_types() {
  NodeType cut{.name = "slices.cut", .summary = "A volume as a stream of its slices"};
  cut.details = "Along z, whatever the image's axes are, in ascending order. An image without slices gives no chunk.";
  cut.inputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"}};
  cut.outputs = {{.name = "slices", .payload = std::string(Slice::kType), .help = "Slices along z", .stream = true}};
  cut.create = make<Cut>;

  NodeType areas{.name = "slices.areas", .summary = "The area above a value in every slice of a case"};
  areas.details = "Pixels times their area in mm2. Rows are in the order of the slices; a case without slices has none.";
  areas.inputs = {
      {.name = "slices", .payload = std::string(Slice::kType), .help = "Slices", .scope = Scope::chunk, .collects = true}};
  areas.outputs = {{.name = "table", .payload = std::string(Table::kType), .help = "A row for each slice: z and area_mm2"}};
  areas.params = {{.name = "above", .default_value = 0.5, .help = "A pixel with a greater value counts"}};
  areas.create = make<Areas>;
  return {cut, areas};
}

}  // namespace

FLOWRUN_PLUGIN("slices", "1.0.0", "Apache-2.0", node_types);
