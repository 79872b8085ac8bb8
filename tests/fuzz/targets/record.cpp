// The record of a case, which --resume, merge and the pages read back.
#include "flowrun/host/case_record.h"
#include "support/target.h"

using namespace flowrun;

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("record.json");
  kFile.write(bytes);
  accepts([&] {
    const CaseRecord record = read_case_record(kFile.path());
    write_case_record(kFile.path(), record);
    const std::string written = kFile.text();
    write_case_record(kFile.path(), read_case_record(kFile.path()));
    require(kFile.text() == written, "a record that was taken can be written and read");
  });
}
