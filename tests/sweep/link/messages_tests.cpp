#include "sweep/link/messages.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

TEST_CASE("every message comes back as it was packed") {
  const Suggestion suggestion{{42, 1, 2, 3, 9, 27}, {{"width", std::int64_t{32}}}, 2, 5};
  TrainerOptions trainer;
  trainer.data = "/data";
  trainer.threads = 3;
  const std::vector<Message> messages{
      Event(TrialEnded{5.5, 42, 5, 3, Ending::failed, Cause::diverged, "NaN", 9.5}),
      suggestion,
      Begin{"node1", "5a2b", "process 7 on node1", trainer},
      Quit{},
      CannotTrain{"no data"},
      Cancel{42, 5},
      Acknowledged{17},
      Stop{},
      Leaving{{TrialEnded{5.5, 42, 5, 3, Ending::interrupted, Cause::none, "", 9.5}}},
      Quit{true},
      StepLimit{62.5},
      Heartbeat{42, 5},
      Heartbeat{}};
  for (const Message& message : messages) {
    const Bytes bytes = pack(message);
    const Message back = unpack_message(bytes);
    CHECK(back.index() == message.index());
    CHECK(pack(back) == bytes);
  }
  CHECK(std::get<Begin>(unpack_message(pack(messages[2]))).owner == "process 7 on node1");
  CHECK(std::get<Begin>(unpack_message(pack(messages[2]))).trainer.threads == 3);
  CHECK(std::get<Begin>(unpack_message(pack(messages[2]))).trainer.data == "/data");
  CHECK(std::get<CannotTrain>(unpack_message(pack(messages[4]))).reason == "no data");
  CHECK(std::get<Cancel>(unpack_message(pack(messages[5]))).attempt == 5);
  CHECK(std::get<Acknowledged>(unpack_message(pack(messages[6]))).reports == 17);
  CHECK_FALSE(std::get<Quit>(unpack_message(pack(messages[3]))).at_once);
  CHECK(std::get<Quit>(unpack_message(pack(messages[9]))).at_once);
  CHECK(std::get<Leaving>(unpack_message(pack(messages[8]))).last.at(0).trial == 42);
  CHECK(std::get<StepLimit>(unpack_message(pack(messages[10]))).seconds == 62.5);
  CHECK(std::get<Heartbeat>(unpack_message(pack(messages[11]))).trial == 42);
  CHECK(std::get<Heartbeat>(unpack_message(pack(messages[12]))).trial == -1);
}

TEST_CASE("bytes that are no message are an error") {
  CHECK_THROWS_AS(unpack_message({}), Error);
  CHECK_THROWS_WITH(unpack_message(Bytes{std::byte{77}}), ContainsSubstring("same program"));
  Bytes cancel = pack(Cancel{1, 2});
  cancel.pop_back();
  CHECK_THROWS_AS(unpack_message(cancel), Error);
  Bytes limit = pack(StepLimit{1});
  limit.pop_back();
  CHECK_THROWS_AS(unpack_message(limit), Error);
}
