#include "store/results/publication.hpp"

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

TEST_CASE("Publishing takes one per cent of the time where that leaves the file fresh") {
  for (const double duration : {0.001, 0.01, 0.1}) {
    Publication publication;
    double now = 0, spent = 0;
    while (now < 1e6) {
      now = std::max(now, publication.next());
      publication.done(now, now + duration);
      now += duration;
      spent += duration;
    }
    CHECK(spent / now < 0.0102 + duration / 1e6);
  }
}

TEST_CASE("What the file says is never older than ten seconds, however slow a publication is") {
  for (const double duration : {0.001, 0.1, 1.0, 4.0, 5.0}) {
    Publication publication;
    double began = 0, next = 0;
    for (int i = 0; i < 100; ++i) {
      publication.done(began, began + duration);
      next = publication.next();
      CHECK(next >= began + duration);
      CHECK(next + duration - began <= 10 + 1e-9);
      began = next;
    }
  }
  Publication publication;  // one slow publication among quick ones
  publication.done(0, 0.01);
  publication.done(3, 8);
  CHECK(publication.next() <= 8);
  publication.done(8, 8.01);
  CHECK(publication.next() == Approx(11.01));
  // Slower than that: one after the other.
  publication.done(20, 50);
  CHECK(publication.next() == 50);
}
