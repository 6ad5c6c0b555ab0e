#include <zlib.h>

#include <algorithm>

#include "sibyl/random.hpp"
#include "store/journal/journal.hpp"
#include "store/sweep.hpp"

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

constexpr std::size_t header = 12, version_at = 8, prefix = 12;

/// A journal's bytes and where its records begin; the last element is the end.
struct Sample {
  Folder folder;
  std::filesystem::path path = folder / "journal";
  std::vector<std::string> events;
  std::string bytes;
  std::vector<std::size_t> starts{header};

  Sample() {
    const std::vector<Event> all = every_event();
    write_journal(path, all);
    bytes = contents(path);
    for (const Event& event : all) {
      events.push_back(packed(event));
      starts.push_back(starts.back() + prefix + events.back().size());
    }
  }
  std::size_t last_start() const { return starts[starts.size() - 2]; }
  bool is_beginning(const std::vector<std::string>& some) const {
    return some.size() <= events.size() && std::equal(some.begin(), some.end(), events.begin());
  }
};

}  // namespace

TEST_CASE("A journal cut at any length holds every record that is whole, and can go on") {
  const Sample sample;
  REQUIRE(sample.starts.back() == sample.bytes.size());
  for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
    write(sample.path, sample.bytes.substr(0, length));
    const Reading reading = read(sample.path);
    if (length < header) {  // stopped before the header was there: nothing was recorded
      REQUIRE(reading.error == "");
      REQUIRE(reading.tail.valid_bytes == 0);
      REQUIRE(reading.tail.torn_bytes == length);
      continue;
    }
    const auto whole =
        std::upper_bound(sample.starts.begin(), sample.starts.end(), length) - sample.starts.begin() - 1;
    REQUIRE(reading.error == "");
    REQUIRE(reading.tail.records == static_cast<std::uint64_t>(whole));
    REQUIRE(reading.tail.valid_bytes == sample.starts[whole]);
    REQUIRE(reading.tail.torn_bytes == length - sample.starts[whole]);
    REQUIRE(sample.is_beginning(reading.events));
  }
}

TEST_CASE("A tail torn at any byte of the last record is cut off, and the journal goes on") {
  const Sample sample;
  for (std::size_t length = sample.last_start(); length < sample.bytes.size(); ++length) {
    write(sample.path, sample.bytes.substr(0, length));
    const JournalTail tail = read(sample.path).tail;
    Journal journal = Journal::open(sample.path, tail);
    CHECK(std::filesystem::file_size(sample.path) == sample.last_start());
    journal.append(joined(9, 9));
    journal.commit();
    const Reading reading = read(sample.path);
    REQUIRE(reading.error == "");
    REQUIRE(reading.events.size() == sample.events.size());
    REQUIRE(reading.events.back() == packed(joined(9, 9)));
  }
}

TEST_CASE(
    "A flipped bit in the middle of a journal is an error that says where; in its last record, a torn tail") {
  const Sample sample;
  for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
    std::string bytes = sample.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    write(sample.path, bytes);
    const Reading reading = read(sample.path);
    REQUIRE(sample.is_beginning(reading.events));
    if (at < header) {
      // One bit may make an older version of this one; of this sample that says the same.
      const bool is_older = at == version_at && (layout_version ^ 1U) < layout_version;
      REQUIRE((reading.error != "" || is_older));
    } else if (at < sample.last_start()) {
      const auto record =
          std::upper_bound(sample.starts.begin(), sample.starts.end(), at) - sample.starts.begin();
      const std::string start = std::to_string(sample.starts[record - 1]);
      REQUIRE_THAT(reading.error,
                   ContainsSubstring("record " + std::to_string(record) + ", at byte " + start) &&
                       ContainsSubstring(sample.path.string()) && ContainsSubstring("truncate -s " + start));
    } else {
      REQUIRE(reading.error == "");
      REQUIRE(reading.tail.torn_bytes == bytes.size() - sample.last_start());
    }
  }
}

TEST_CASE("No mutation of a journal crashes the reader or makes it accept what was not written") {
  const Sample sample;
  RandomStream random(1, "journal");
  for (int round = 0; round < 2500; ++round) {
    std::string bytes = sample.bytes;
    const std::size_t at = random.below(bytes.size()), length = 1 + random.below(bytes.size() - at);
    switch (random.below(5)) {
      case 0:  // a few bytes
        for (std::uint64_t n = 1 + random.below(4); n > 0; --n)
          bytes[random.below(bytes.size())] = static_cast<char>(random.bits());
        break;
      case 1:  // a hole
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, '\0');
        break;
      case 2:  // garbage behind a part
        bytes.resize(at);
        for (std::uint64_t n = random.below(200); n > 0; --n) bytes += static_cast<char>(random.bits());
        break;
      case 3:  // a part is missing
        bytes.erase(at, 1 + random.below(30));
        break;
      case 4:  // a part is there twice
        bytes.insert(at, bytes.substr(at, 1 + random.below(30)));
        break;
    }
    write(sample.path, bytes);
    REQUIRE(sample.is_beginning(read(sample.path).events));
  }
}

TEST_CASE("Arbitrary bytes behind a header are never read as events") {
  const Folder folder;
  RandomStream random(2, "journal");
  for (int round = 0; round < 500; ++round) {
    std::string bytes("SIBYLJNL\1\0\0\0", header);
    for (std::uint64_t n = random.below(400); n > 0; --n)
      bytes += static_cast<char>(random.bits() & random.bits());
    write(folder / "journal", bytes);
    REQUIRE(read(folder / "journal").events.empty());
  }
}

TEST_CASE("Zeros at the end, as a machine without power leaves them, are a torn tail of any length") {
  const Sample sample;
  for (const std::size_t zeros : {1, 7, 8, 9, 4096, 300'000}) {
    write(sample.path, sample.bytes + std::string(zeros, '\0'));
    const Reading reading = read(sample.path);
    CHECK(reading.error == "");
    CHECK(reading.events.size() == sample.events.size());
    CHECK(reading.tail.torn_bytes == zeros);
  }
}

TEST_CASE("A long stretch of garbage is not taken for a torn tail: what it was may have been acknowledged") {
  const Sample sample;
  write(sample.path, sample.bytes + std::string(17 << 20, '\xEE'));
  CHECK_THAT(read(sample.path).error,
             ContainsSubstring("damaged") && ContainsSubstring(std::to_string(sample.bytes.size())));
}

TEST_CASE("A sound record of an unknown kind is the work of a newer version, not of a fault") {
  const Sample sample;
  const std::string record("\1\0\0\0\0\0\0\0\xC8", 9);  // one byte: the index of an event that is none
  std::string bytes = record.substr(0, 8);
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(record.data()), 9);
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i));
  write(sample.path, sample.bytes + bytes + record[8]);
  CHECK_THAT(
      read(sample.path).error,
      ContainsSubstring("record " + std::to_string(sample.events.size() + 1)) && ContainsSubstring("newer"));
}

TEST_CASE(
    "Of the last commit a power cut may keep any sectors: whole records behind a broken one are not damage") {
  const Folder folder;
  const auto path = folder / "journal";
  Journal journal = Journal::create(path);
  journal.append(joined(1, 1));
  journal.commit();
  const std::size_t acknowledged = contents(path).size();
  for (int worker = 2; worker < 9; ++worker) journal.append(joined(worker, 1));
  journal.commit();
  const std::string bytes = contents(path);
  for (std::size_t at = acknowledged; at < bytes.size(); ++at) {
    std::string lost = bytes;
    std::fill_n(lost.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(16, lost.size() - at),
                '\0');
    write(path, lost);
    const Reading reading = read(path);
    REQUIRE(reading.error == "");
    REQUIRE(reading.events.size() >= 1);
  }
  // The same in the commit before is: that one was on the disk before this one was written.
  std::string damaged = bytes;
  damaged[acknowledged - 1] = static_cast<char>(damaged[acknowledged - 1] ^ 1);
  write(path, damaged);
  CHECK_THAT(read(path).error, ContainsSubstring("record 1, at byte 12"));
}

TEST_CASE("A journal that was being created when the power went is taken for a new one") {
  const Folder folder;
  const auto path = folder / "journal";
  for (const std::string& left :
       {std::string(), std::string("SIBYL"), std::string(5, '\0'), std::string(12, '\0')}) {
    write(path, left);
    Journal journal = Journal::open(path, read(path).tail);
    journal.append(joined(1, 1));
    journal.commit();
    CHECK(read(path).error == "");
    CHECK(read(path).events.size() == 1);
  }
}
