#include "process/protocol.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

TEST_CASE("every message between a worker and its trainer comes back as it was packed") {
  TrainerOptions options;
  options.device = "cuda";
  options.data = "/some/where";
  options.faults.add("segv=3");
  TrialEnded ended;
  ended.trial = 42;
  ended.detail = "SIGSEGV";
  ended.output = "the last\nwords";
  const std::vector<TrainerMessage> messages{
      Event(ended),  Suggestion{{42, 1, 2, 3, 9, 27}, {{"width", std::int64_t{32}}}, 2, 5},
      options,       Order::go_on,
      Order::cancel, Order::interrupt,
      Alive{},       Broken{"the device is gone"},
      Broken{""},    Event(WorkerJoined{}),
  };
  for (const TrainerMessage& message : messages) {
    const Bytes bytes = pack(message);
    const TrainerMessage back = unpack_trainer_message(bytes);
    CHECK(back.index() == message.index());
    CHECK(pack(back) == bytes);
  }
  CHECK(std::get<TrainerOptions>(unpack_trainer_message(pack(messages[2]))).faults.texts() ==
        std::vector<std::string>{"segv=3"});
  CHECK(std::get<Order>(unpack_trainer_message(pack(messages[5]))) == Order::interrupt);
  CHECK(std::get<Broken>(unpack_trainer_message(pack(messages[7]))).reason == "the device is gone");
}

TEST_CASE("bytes that are no message between a worker and its trainer are an error") {
  const auto bytes = [](std::initializer_list<int> numbers) {
    Bytes bytes;
    for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
    return bytes;
  };
  CHECK_THROWS_AS(unpack_trainer_message({}), Error);
  CHECK_THROWS_AS(unpack_trainer_message(bytes({6})), Error);  // an unknown kind
  CHECK_THROWS_AS(unpack_trainer_message(bytes({255, 0})), Error);
  CHECK_THROWS_AS(unpack_trainer_message(bytes({3})), Error);     // no order
  CHECK_THROWS_AS(unpack_trainer_message(bytes({3, 3})), Error);  // none that is known
  CHECK_THROWS_AS(unpack_trainer_message(bytes({3, 1, 0})), Error);
  for (const int kind : {0, 1, 2}) CHECK_THROWS_AS(unpack_trainer_message(bytes({kind, 1})), Error);
  Bytes longer = pack(TrainerMessage(Suggestion{}));
  longer.push_back(std::byte{0});
  CHECK_THROWS_AS(unpack_trainer_message(longer), Error);
}
