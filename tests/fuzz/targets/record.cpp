// The record of a case, which --resume, merge and the pages read back.
#include <fstream>
#include <iterator>

#include "flowrun/host/case_record.h"
#include "support/target.h"

using namespace flowrun;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("record.json");
  kFile.write(bytes);
  accepts([&] {
    const CaseRecord record = read_case_record(kFile.path());
    write_case_record(kFile.path(), record);
    const std::string written = text_of(kFile.path());
    write_case_record(kFile.path(), read_case_record(kFile.path()));
    require(text_of(kFile.path()) == written, "a record that was taken can be written and read");
  });
}
