#include "store/replay.hpp"

namespace sibyl {

JournalTail replay(const std::filesystem::path& journal,
                   const std::function<Consequences(const Event&)>& tell, Results& results) {
  return read_journal(journal, [&](Event&& event) {
    const Consequences consequences = tell(event);
    results.tell(event, consequences);
  });
}

}  // namespace sibyl
