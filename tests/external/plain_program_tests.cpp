// Programs that know nothing of Sibyl.
#include "external/programs.hpp"

using namespace sibyl;

TEST_CASE("a program that knows nothing of Sibyl is scored by its last line") {
  Programs programs;
  programs.shell("echo training; echo $SIBYL_HP_x");
  const TrialEnded ended = programs.train(0, 3);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.message.empty());
  CHECK(programs.reporter.text() == "3:0.5 ");
  CHECK(programs.reporter.epochs[0].seconds > 0);
}

TEST_CASE("... or by epochs that it prints as JSON, or a file that it writes") {
  Programs programs;
  programs.shell("for i in 1 2 3; do echo \"{\\\"epoch\\\": $i, \\\"val_loss\\\": 0.$i}\"; done; echo done");
  CHECK(programs.train(0, 3).ending == Ending::reached);
  CHECK(programs.reporter.text() == "1:0.1 2:0.2 3:0.3 ");
  CHECK(programs.train(1, 3).ending == Ending::reached);  // trained anew: what is known is not told again
  CHECK(programs.reporter.text() == "2:0.2 3:0.3 ");
  programs.shell("echo 0.75 > $SIBYL_SCORE_FILE; echo bye");
  CHECK(programs.train(0, 3).ending == Ending::reached);
  CHECK(programs.reporter.text() == "3:0.75 ");
}

TEST_CASE("a program that does not speak may keep what it needs to go on") {
  Programs programs;
  programs.shell("echo $SIBYL_EPOCHS >> $SIBYL_FOLDER/log; wc -l < $SIBYL_FOLDER/log");
  CHECK(programs.train(0, 1).ending == Ending::reached);
  CHECK(programs.train(1, 3).ending == Ending::reached);
  CHECK(programs.reporter.text() == "3:2 ");
}

TEST_CASE("... and a trial that goes on from another begins with what that one kept, once") {
  Programs programs;
  programs.shell("echo $SIBYL_EPOCHS >> $SIBYL_FOLDER/log; wc -l < $SIBYL_FOLDER/log");
  CHECK(programs.train(0, 1).ending == Ending::reached);
  CHECK(programs.train(1, 2, 1, 7).ending == Ending::reached);
  CHECK(programs.reporter.text() == "2:2 ");
  CHECK(programs.train(1, 2, 1, 7).ending == Ending::reached);  // again, after a crash
  CHECK(programs.reporter.text() == "2:3 ");
  CHECK(programs.train(1, 2).ending == Ending::reached);  // the other is as it was
  CHECK(programs.reporter.text() == "2:2 ");
}

TEST_CASE("a program that does not speak fails with the right cause") {
  Programs programs;
  programs.shell("echo all is well");
  check_failed(programs.train(0, 3), Cause::exception,
               "the program ended without a score: its last line is 'all is well'");
  programs.shell("echo 0.5; exit 3");
  const TrialEnded ended = programs.train(0, 3);
  check_failed(ended, Cause::exit_code, "the program ended with exit code 3");
  CHECK(ended.detail == "3");
  programs.shell("kill -SEGV $$");
  check_failed(programs.train(0, 3), Cause::signal, "the program was killed by SIGSEGV");
  programs.shell("echo nan");
  check_failed(programs.train(0, 3), Cause::diverged, "val_loss is NaN in epoch 3");
  programs.shell("echo '{\"epoch\": 2, \"val_loss\": 1}'; echo '{\"epoch\": 1, \"val_loss\": 1}'; sleep 100");
  check_failed(programs.train(0, 3), Cause::exception, "reported epoch 1 after epoch 2 of 3");
  programs.shell("echo '{\"epoch\": 2, \"val_loss\": 1}'");
  check_failed(programs.train(0, 3), Cause::exit_code, "the program ended after 2 epochs of 3");
}

TEST_CASE("a program that does not speak is asked to end when its trial is stopped") {
  Programs programs;
  programs.shell("trap 'echo saved; exit 0' TERM; echo start; while :; do sleep 0.01; done");
  programs.reporter.orders = [&] {
    return programs.reporter.signs_of_life > 0 ? Order::interrupt : Order::go_on;
  };
  CHECK(programs.train(0, 3).ending == Ending::interrupted);
  programs.reporter.orders = [&] { return Order::cancel; };
  CHECK(programs.train(0, 3).ending == Ending::cancelled);
}

TEST_CASE("a kill that was for all is no failure of the trial's") {
  Programs programs;
  programs.shell("echo start; kill -TERM $$");
  int asked = 0;
  programs.reporter.orders = [&] { return ++asked > 30 ? Order::interrupt : Order::go_on; };
  TrialEnded ended = programs.train(0, 3);
  CHECK(ended.ending == Ending::interrupted);
  CHECK(ended.cause == Cause::none);
  programs.reporter.orders = [] { return Order::go_on; };
  ended = programs.train(0, 3);
  CHECK(ended.ending == Ending::interrupted);  // and is given out again
  CHECK(ended.cause == Cause::signal);
  CHECK(ended.detail == "SIGTERM");
}

TEST_CASE("early stopping of a program may go by another metric, and not from the start") {
  Programs programs;
  programs.options.patience = 2;
  programs.options.monitor = {.metric = "acc", .direction = Direction::maximize};
  programs.options.start_from_epoch = 1;
  programs.shell(
      "for i in 1 2 3 4 5; do echo \"{\\\"epoch\\\": $i, \\\"val_loss\\\": $i, \\\"acc\\\": -$i}\"; done; sleep 1000");
  const TrialEnded ended = programs.train(0, 9);
  CHECK(ended.ending == Ending::early_stopped);
  CHECK(ended.message == "acc has not improved for 2 epochs");
  CHECK(programs.reporter.text() == "1:1 2:2 3:3 4:4 ");
}

TEST_CASE("early stopping ends a program by the epochs that it prints") {
  Programs programs;
  programs.options.patience = 2;
  programs.shell(
      "for i in 1 2 3 4 5; do echo \"{\\\"epoch\\\": $i, \\\"val_loss\\\": $i}\"; done; sleep 1000");
  const TrialEnded ended = programs.train(0, 9);
  CHECK(ended.ending == Ending::early_stopped);
  CHECK(ended.message == "val_loss has not improved for 2 epochs");
  CHECK(programs.reporter.text() == "1:1 2:2 3:3 ");
}
