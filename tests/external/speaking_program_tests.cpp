// Programs that speak to Sibyl, by sibyl_trial.py.
#include "external/programs.hpp"

using namespace sibyl;
namespace fs = std::filesystem;

namespace {

const std::string loop =
    "    first = trial.restore(lambda path: print('restored', open(path).read()))\n"
    "    for epoch in trial.epochs(first):\n"
    "        trial.report(epoch, val_loss=trial['x'] / epoch)\n"
    "        trial.checkpoint(epoch, lambda path: open(path, 'w').write(f'of epoch {epoch}'))\n";

}  // namespace

TEST_CASE("a program that speaks is told what to train, and goes on from its checkpoint") {
  Programs programs;
  programs.python(loop);
  CHECK(programs.train(0, 1).ending == Ending::reached);
  CHECK(programs.reporter.text() == "1:0.5 ");
  const TrialEnded ended = programs.train(1, 3);
  CHECK(ended.message.empty());
  CHECK(ended.ending == Ending::reached);
  CHECK(programs.reporter.text() == "2:0.25 3:0.166667 ");
  const TrialFolder folder(programs.options, 7, 0);
  REQUIRE(folder.checkpoint().has_value());
  CHECK(folder.checkpoint()->epoch == 3);
  CHECK(folder.reported().size() == 3);
}

TEST_CASE("what a checkpoint is ahead of the sweep is told from it, and not trained again") {
  Programs programs;
  programs.python(loop);
  CHECK(programs.train(0, 3).ending == Ending::reached);
  CHECK(programs.train(0, 3).ending == Ending::reached);  // as if no report had been recorded
  CHECK(programs.reporter.text() == "1:0.5 2:0.25 3:0.166667 ");
}

TEST_CASE("each execution has a checkpoint and a seed of its own") {
  Programs programs;
  programs.python(
      "    for epoch in trial.epochs():\n"
      "        trial.report(epoch, val_loss=trial.seed)\n");
  CHECK(programs.train(0, 1, 2).ending == Ending::reached);
  REQUIRE(programs.reporter.epochs.size() == 2);
  CHECK(programs.reporter.epochs[1].execution == 1);
  CHECK(programs.reporter.epochs[0].metrics != programs.reporter.epochs[1].metrics);
}

TEST_CASE("a trial without a checkpoint is trained again from the start, and says so") {
  Programs programs;
  programs.python(
      "    for epoch in trial.epochs():\n"
      "        trial.report(epoch, val_loss=epoch)\n");
  const TrialEnded ended = programs.train(2, 3);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.message == "there is no checkpoint: trained again from the start");
  CHECK(programs.reporter.text() == "3:3 ");
}

TEST_CASE("a checkpoint that can't be read costs its epochs, and no trial") {
  Programs programs;
  programs.python(loop);
  CHECK(programs.train(0, 1).ending == Ending::reached);
  fs::remove(TrialFolder(programs.options, 7, 0).checkpoint()->path);
  fs::create_directories(TrialFolder(programs.options, 7, 0).for_program().parent_path() /
                         "checkpoint_000001");
  const TrialEnded ended = programs.train(1, 2);
  CHECK(ended.ending == Ending::reached);
  CHECK_THAT(ended.message,
             ContainsSubstring("the checkpoint of epoch 1 could not be read (IsADirectoryError"));
  CHECK(programs.reporter.text() == "2:0.25 ");
}

TEST_CASE("hyperparameters that a program asks for are drawn and told") {
  Programs programs;
  programs.python(
      "    kind = trial.suggest_categorical('kind', ['a', 'b'])\n"
      "    assert trial.suggest_float('x', 0, 1) == 0.5\n"
      "    assert trial.suggest_int('never', 0, 9, when={'kind': 'a' if kind == 'b' else 'b'}) is None\n"
      "    n = trial.suggest_int('n', 0, 9, when={'kind': kind})\n"
      "    for epoch in trial.epochs():\n"
      "        trial.report(epoch, val_loss=n)\n");
  const TrialEnded ended = programs.train(0, 1);
  CHECK(ended.message.empty());
  CHECK(ended.ending == Ending::reached);
  REQUIRE(programs.reporter.finds.size() == 2);
  CHECK(programs.reporter.finds[0].hyperparameters[0].name == "kind");
  CHECK(programs.reporter.finds[1].values.contains("n"));
}

TEST_CASE("a program that is interrupted saves at the end of its epoch") {
  Programs programs;
  programs.python(loop);
  programs.reporter.orders = [&] {
    return programs.reporter.epochs.empty() ? Order::go_on : Order::interrupt;
  };
  CHECK(programs.train(0, 9).ending == Ending::interrupted);
  CHECK(TrialFolder(programs.options, 7, 0).checkpoint()->epoch == 1);
}

TEST_CASE("what a program notes of its trial goes with the next epoch, or with its end") {
  Programs programs;
  programs.python(
      "    trial.note(backbone='resnet', parameters=1234)\n"
      "    for epoch in trial.epochs():\n"
      "        trial.report(epoch, val_loss=1)\n"
      "        trial.checkpoint(epoch, lambda path: open(path, 'w').write('12345'))\n"
      "        trial.note(last=epoch, big=True, share=0.5)\n");
  const TrialEnded ended = programs.train(0, 2, 2);
  CHECK(ended.ending == Ending::reached);
  REQUIRE(programs.reporter.epochs.size() == 4);
  CHECK(programs.reporter.epochs[0].notes == Values{{"backbone", std::string("resnet")}});
  CHECK(programs.reporter.epochs[1].notes ==
        Values{{"last", std::int64_t{1}}, {"big", true}, {"share", 0.5}});
  CHECK(ended.notes == Values{{"last", std::int64_t{2}}, {"big", true}, {"share", 0.5}});
  CHECK(ended.facts.parameters == 1234);
  CHECK(ended.facts.checkpoint_bytes == 10);   // of both executions
  CHECK(ended.facts.host_memory > 2'000'000);  // Python's
  CHECK(ended.facts.host_memory < 1'000'000'000);
}

TEST_CASE("a note that is neither number nor text nor Boolean fails its trial") {
  Programs programs;
  programs.python("    trial.note(layers=[1, 2])\n    time.sleep(9)\n");
  check_failed(programs.train(0, 2), Cause::exception,
               "the note \"layers\" is a list, not a number, a text, true or false");
}

TEST_CASE("an order that comes in the middle of an epoch waits for its end") {
  Programs programs;
  programs.python(
      "    for epoch in trial.epochs():\n"
      "        trial._link.tell(alive=True)\n"
      "        time.sleep(0.3)\n"
      "        trial.report(epoch, val_loss=epoch)\n"
      "        trial.checkpoint(epoch, lambda path: open(path, 'w').close())\n");
  programs.reporter.orders = [&] {
    return programs.reporter.signs_of_life > 1 ? Order::interrupt : Order::go_on;
  };
  CHECK(programs.train(0, 9).ending == Ending::interrupted);
  CHECK(programs.reporter.text() == "1:1 ");
  CHECK(TrialFolder(programs.options, 7, 0).checkpoint()->epoch == 1);
}

TEST_CASE("a program may end its training by itself") {
  Programs programs;
  programs.python(
      "    for epoch in trial.epochs():\n"
      "        trial.report(epoch, val_loss=epoch)\n"
      "        trial.stop()\n");
  const TrialEnded ended = programs.train(0, 9);
  CHECK(ended.ending == Ending::early_stopped);
  CHECK(ended.message == "the program ended its training by itself");
}

TEST_CASE("whatever a program that speaks does is its trial's failure, with the right cause") {
  Programs programs;
  const auto fails = [&](const std::string& body, Cause cause, const std::string& message) {
    programs.python(body);
    check_failed(programs.train(0, 3), cause, message);
  };
  fails("    raise ValueError('too odd')\n", Cause::exception, "ValueError: too odd");
  fails("    raise MemoryError('no more')\n", Cause::out_of_memory, "MemoryError: no more");
  fails("    sys.exit(0)\n", Cause::exit_code, "the program ended after 0 epochs of 3");
  fails("    os._exit(4)\n", Cause::exit_code, "exit code 4");
  fails("    os.abort()\n", Cause::signal, "SIGABRT");
  fails("    trial.report(1, val_loss=float('nan'))\n", Cause::diverged, "val_loss is NaN in epoch 1");
  fails("    trial.report(1, loss=1)\n", Cause::exception,
        "The objective is val_loss, but an epoch has only loss");
  fails("    trial.report(2, val_loss=1)\n", Cause::exception, "reported epoch 2 after epoch 0 of 3");
  fails("    trial.report(1, val_loss=1); trial.report(1, val_loss=1)\n", Cause::exception,
        "reported epoch 1 after epoch 1 of 3");
  fails("    trial._link._socket.sendall(b'garbage\\n'); time.sleep(1000)\n", Cause::exception,
        "is no message (a value is missing before 'garbage'): garbage");
  fails("    trial._link._socket.sendall(b'x' * (1 << 22)); time.sleep(1000)\n", Cause::exception,
        "a line of more than 1 MiB");
  fails("    trial._link.tell(hello={'version': 99}); time.sleep(1000)\n", Cause::exception,
        "speaks version 99");
  fails("    trial._link.tell(saved={'epoch': 1}); time.sleep(1000)\n", Cause::exception,
        "saved a checkpoint of epoch 1");
  fails("    trial.suggest_int('n', 5, 2)\n", Cause::exception, "min must not be above max");
  fails("    trial.report(1, val_loss=1)\n    trial._link.ask(saved={'epoch': 1}); time.sleep(1000)\n",
        Cause::exception, "but there is no");
}

TEST_CASE("a program that has forked is trained and told of once, and leaves nothing behind") {
  Programs programs;
  programs.python(
      "    if os.fork() == 0:\n"
      "        if os.fork() == 0:\n"
      "            os.setsid()\n"
      "        time.sleep(1000)\n"
      "    for epoch in trial.epochs():\n"
      "        trial.report(epoch, val_loss=epoch)\n");
  CHECK(programs.train(0, 3).ending == Ending::reached);
  CHECK(programs.reporter.text() == "1:1 2:2 3:3 ");
  CHECK((waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD));
}

TEST_CASE("a program that asks for another trial comes to its end where none is to come") {
  Programs programs;
  std::filesystem::create_directories(programs.folder);
  std::ofstream(programs.folder / "train.py")
      << "import sibyl_trial\n"
         "for trial in sibyl_trial.trials():\n"
         "    with trial:\n"
         "        for epoch in trial.epochs(): trial.report(epoch, val_loss=1)\n"
         "open('" +
             (programs.folder / "ended").string() + "', 'w')\n";
  programs.options.program.command = {"python3", (programs.folder / "train.py").string()};
  CHECK(programs.train(0, 2).ending == Ending::reached);
  CHECK(std::filesystem::exists(programs.folder / "ended"));  // by itself
}

TEST_CASE("a program that is kept alive trains trial after trial, and is replaced when it died") {
  Programs programs;
  std::ofstream(programs.folder / "train.py") << "import os, sibyl_trial\n"
                                                 "for trial in sibyl_trial.trials():\n"
                                                 "    with trial:\n"
                                                 "        for epoch in trial.epochs():\n"
                                                 "            trial.report(epoch, val_loss=os.getpid())\n"
                                                 "            if trial.trial == 2: os._exit(3)\n";
  programs.options.program.command = {"python3", (programs.folder / "train.py").string()};
  programs.options.program.keep_alive = true;
  ProgramTrainer trainer(programs.options);
  std::vector<double> pids;
  for (int trial = 0; trial < 4; ++trial) {
    Suggestion suggestion;
    suggestion.slot.trial = trial;
    suggestion.slot.last_epoch = 2;
    const TrialEnded ended = train_trial(trainer, suggestion, programs.reporter);
    CHECK(ended.ending == (trial == 2 ? Ending::failed : Ending::reached));
    pids.push_back(value_of(programs.reporter.epochs.back().metrics, "val_loss"));
  }
  CHECK(pids[0] == pids[1]);
  CHECK(pids[1] == pids[2]);
  CHECK(pids[2] != pids[3]);
}

TEST_CASE("a failure of a program that is kept alive is one trial's") {
  Programs programs;
  const auto train_three = [&](const std::string& script) {
    std::ofstream(programs.folder / "train.py") << script;
    programs.options.program.command = {"python3", (programs.folder / "train.py").string()};
    programs.options.program.keep_alive = true;
    ProgramTrainer trainer(programs.options);
    std::string endings;
    for (int trial = 0; trial < 3; ++trial) {
      Suggestion suggestion;
      suggestion.slot.trial = trial;
      suggestion.slot.last_epoch = 1;
      endings += train_trial(trainer, suggestion, programs.reporter).ending == Ending::reached ? 'r' : 'f';
    }
    return endings;
  };
  CHECK(train_three("import sibyl_trial\n"
                    "for trial in sibyl_trial.trials():\n"
                    "    with trial:\n"
                    "        if trial.trial == 1: raise ValueError('odd')\n"
                    "        for epoch in trial.epochs(): trial.report(epoch, val_loss=1)\n") == "rfr");
  // One that asks for no second trial is started again.
  CHECK(train_three("import time, sibyl_trial\n"
                    "with sibyl_trial.start() as trial:\n"
                    "    for epoch in trial.epochs(): trial.report(epoch, val_loss=1)\n"
                    "time.sleep(0.05)\n") == "rrr");
}
