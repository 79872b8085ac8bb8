// The packets of a failed firing, as `flowrun replay` reads them.
#include "flowrun/host/replay.h"
#include "support/target.h"

using namespace flowrun;

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("a.packet");
  kFile.write(bytes);
  accepts([&] {
    const auto payload = read_packet(kFile.path());
    require(standard_codec(payload->type()), "a packet is of a type that can be kept");
    require(payload->bytes() <= 64 * (bytes.size() + 64), "a packet takes no more than its file justifies");
    write_packet(kFile.path(), *payload);
    const std::string written = kFile.text();
    write_packet(kFile.path(), *read_packet(kFile.path()));
    require(kFile.text() == written, "a packet that was taken can be written and read");
  });
}
