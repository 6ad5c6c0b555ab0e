#include "store/publication.hpp"

#include "catch.hpp"

using sibyl::Publication;

TEST_CASE("The first publication is due at once, the next not before the interval is over") {
  Publication publication(3, 0.01);
  CHECK(publication.due(-1e9));
  publication.done(100, 100.01);
  CHECK_FALSE(publication.due(100.01));
  CHECK_FALSE(publication.due(103));
  CHECK(publication.due(103.01));
  CHECK(publication.next() == Approx(103.01));
}

TEST_CASE("Publishing takes one per cent of the time, however long one publication takes") {
  for (const double duration : {0.001, 0.1, 2.0, 60.0}) {
    Publication publication;
    double now = 0, spent = 0;
    while (now < 1e6) {
      now = std::max(now, publication.next());
      publication.done(now, now + duration);
      now += duration;
      spent += duration;
    }
    CHECK(spent / now < 0.0101 + duration / 1e6);
  }
}
