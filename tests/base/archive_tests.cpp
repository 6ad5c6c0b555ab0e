#include "base/archive.hpp"

#include "catch.hpp"

namespace sibyl {
namespace {

/// Stands in the middle of another struct, and got a field in version 4 and one before its others in 5.
struct Inner {
  int first = 0;
  std::string text;
  int added = -1;
  std::string newest = "none";
  bool operator==(const Inner&) const = default;
};
struct Outer {
  std::vector<Inner> inner;
  std::filesystem::path path;
  bool operator==(const Outer&) const = default;
};
void fields(auto& io, auto& x, const Inner*) {
  io.since(5, x.newest);
  io(x.first, x.text);
  io.since(4, x.added);
}
void fields(auto& io, auto& x, const Outer*) {
  io(x.inner, x.path);
}

/// What a program of an older version wrote, which knew fewer fields.
struct OldInner {
  int first = 0;
  std::string text;
  int added = -1;
};
struct OldOuter {
  std::vector<OldInner> inner;
  std::filesystem::path path;
};
void fields(auto& io, auto& x, const OldInner*) {
  io(x.first, x.text);
  io.since(4, x.added);
}
void fields(auto& io, auto& x, const OldOuter*) {
  io(x.inner, x.path);
}

}  // namespace

TEST_CASE("a struct that stands within another can grow, anywhere in its list") {
  Bytes bytes;
  write_to(bytes, OldOuter{{{1, "one", 11}, {2, "two", 22}}, "/data"});
  const Outer expected{{{1, "one", 11, "none"}, {2, "two", 22, "none"}}, "/data"};
  CHECK(read_from<Outer>(bytes, 4) == expected);
  CHECK_THROWS_AS(read_from<Outer>(bytes, 5), Error);  // these bytes are of no version 5

  Bytes newest;
  write_to(newest, expected);
  CHECK(read_from<Outer>(newest, 5) == expected);
  CHECK_THROWS_AS(read_from<Outer>(newest, 4), Error);
}

TEST_CASE("bytes of another length are refused, and no large count makes a large allocation") {
  Bytes bytes;
  write_to(bytes, Outer{{{1, "one", 11, "x"}}, "/data"});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(read_from<Outer>(std::span(bytes).first(size), 5), Error);
  bytes.push_back(std::byte{0});
  CHECK_THROWS_AS(read_from<Outer>(bytes, 5), Error);
  bytes[0] = bytes[1] = bytes[2] = bytes[3] = std::byte{255};
  CHECK_THROWS_AS(read_from<Outer>(bytes, 5), Error);
}

}  // namespace sibyl
