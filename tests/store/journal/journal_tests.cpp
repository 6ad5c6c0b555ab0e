#include "store/journal/journal.hpp"

#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

TEST_CASE("A journal gives back every kind of event, in order") {
  const Folder folder;
  write_journal(folder / "journal", every_event());
  const Reading reading = read(folder / "journal");
  CHECK(reading.error == "");
  REQUIRE(reading.events.size() == every_event().size());
  for (std::size_t i = 0; i < reading.events.size(); ++i)
    CHECK(reading.events[i] == packed(every_event()[i]));
  CHECK(reading.tail.records == every_event().size());
  CHECK(reading.tail.torn_bytes == 0);
  CHECK(reading.tail.valid_bytes == std::filesystem::file_size(folder / "journal"));
}

TEST_CASE("A journal's first bytes are its magic and version, little-endian") {
  const Folder folder;
  Journal::create(folder / "journal");
  CHECK(contents(folder / "journal") == std::string("SIBYLJNL\11\0\0\0", 12));
  CHECK(read(folder / "journal").tail.records == 0);
  CHECK(read(folder / "journal").error == "");
}

TEST_CASE("An event is in the file when it is committed, not before") {
  const Folder folder;
  Journal journal = Journal::create(folder / "journal");
  journal.append(opened());
  CHECK(journal.pending() > 0);
  CHECK(read(folder / "journal").events.empty());
  journal.commit();
  CHECK(journal.pending() == 0);
  CHECK(read(folder / "journal").events.size() == 1);
  journal.commit();
  CHECK(read(folder / "journal").events.size() == 1);
}

TEST_CASE("A journal goes on where it ended") {
  const Folder folder;
  write_journal(folder / "journal", {opened()});
  Journal journal = Journal::open(folder / "journal", read(folder / "journal").tail);
  Journal moved = std::move(journal);
  moved.append(joined(1, 5));
  moved.commit();
  const Reading reading = read(folder / "journal");
  REQUIRE(reading.events.size() == 2);
  CHECK(reading.events[1] == packed(joined(1, 5)));
}

TEST_CASE("A journal is not created where one is, and that one stays") {
  const Folder folder;
  write_journal(folder / "journal", {opened()});
  CHECK_THROWS_WITH(Journal::create(folder / "journal"),
                    ContainsSubstring("Cannot create") && ContainsSubstring("--resume"));
  CHECK(read(folder / "journal").events.size() == 1);
}

TEST_CASE("A journal that somebody else wrote to after the reading is not opened") {
  const Folder folder;
  write_journal(folder / "journal", {opened()});
  const JournalTail tail = read(folder / "journal").tail;
  Journal other = Journal::open(folder / "journal", tail);
  other.append(joined(1, 5));
  other.commit();
  CHECK_THROWS_WITH(Journal::open(folder / "journal", tail), ContainsSubstring("another process is writing"));
}

TEST_CASE("A record may be larger than the reader's window") {
  const Folder folder;
  TrialEnded large = ended(1, 1, 1, 1);
  large.message.assign(10 << 20, 'x');
  std::vector<Event> events(50, joined(1, 1));
  events.insert(events.end(), {large, SweepClosed{1, ""}});
  write_journal(folder / "journal", events);
  const Reading reading = read(folder / "journal");
  REQUIRE(reading.events.size() == events.size());
  CHECK(reading.events[50] == packed(large));
  CHECK(reading.events[51] == packed(events[51]));
}

TEST_CASE("What is no journal is refused with its reason and a way out") {
  const Folder folder;
  const auto path = folder / "journal";
  const auto error_of = [&](const std::string& bytes) {
    write(path, bytes);
    return read(path).error;
  };
  CHECK(error_of("") == "");
  CHECK(error_of("SIBYLJ") == "");
  CHECK_THAT(error_of("SIBYLX"), ContainsSubstring("is not a journal of Sibyl"));
  CHECK_THAT(error_of("\211HDF\r\n\032\n and so on"), ContainsSubstring("is not a journal of Sibyl"));
  CHECK(error_of(std::string("SIBYLJNL\1\0\0\0", 12)) == "");  // an older one is read
  constexpr std::uint32_t next = layout_version + 1;
  CHECK_THAT(error_of("SIBYLJNL" + std::string{static_cast<char>(next), 0, 0, 0}),
             ContainsSubstring("version " + std::to_string(next)) && ContainsSubstring("newer"));
  CHECK_THAT(error_of(std::string("SIBYLJNL\0\0\0\0", 12)), ContainsSubstring("version 0"));
  CHECK_THAT(read(folder / "missing").error, ContainsSubstring("No such file"));
  CHECK_THAT(read(folder.path()).error, ContainsSubstring("Is a directory"));
}
