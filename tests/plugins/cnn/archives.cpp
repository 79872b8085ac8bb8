#include "archives.h"

#include <algorithm>

#include "common/torch/torch_headers.h"

namespace flowrun::testing {

std::string write_records(const std::string& path, const Records& records) {
  caffe2::serialize::PyTorchStreamWriter writer(path);
  for (const auto& [name, bytes] : records) writer.writeRecord(name, bytes.data(), bytes.size(), bytes.size() > 1000);
  writer.writeEndOfFile();
  return path;
}

std::string write_code(const std::string& path, const std::string& code, const Records& more) {
  using namespace std::string_literals;
  Records records{{"data.pkl", "\x80\x02" "c__torch__\nNetwork\n)\x81}(X\x08\0\0\0training\x89ub."s},
                  {"code/__torch__.py", code},
                  {"constants.pkl", "\x80\x02)."s}};
  for (const auto& record : more) {
    const auto known = std::find_if(records.begin(), records.end(), [&](const auto& one) { return one.first == record.first; });
    if (known == records.end()) records.push_back(record);
    else *known = record;
  }
  return write_records(path, records);
}

std::string network_code(const std::string& forward_lines, const std::string& members, const std::string& before) {
  return before + "class Network(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n" + members +
         "  def forward(self: __torch__.Network,\n    x: Tensor) -> Tensor:\n" + forward_lines;
}

}  // namespace flowrun::testing
