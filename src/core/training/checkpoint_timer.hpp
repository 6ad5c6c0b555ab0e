#pragma once

namespace sibyl {

/// Says when within a slot a checkpoint is due. A value without a clock: it is told the time, in seconds.
class CheckpointTimer {
 public:
  struct Options {
    double seconds = 60;  ///< from one to the next; 0: not by time
    int epochs = 0;       ///< also after each so many, counted from the trial's start; 0: not by epochs
  };

  explicit CheckpointTimer(Options options) : options_(options) {}

  void start(double now) { saved_ = now; }

  /// By the time alone, so within an epoch too. When nobody has asked for a number of epochs, saving is not
  /// to take more than a twentieth of the time.
  bool due(double now) const;
  bool due_after(int epoch, double now) const;
  void saved(double began, double ended);

 private:
  Options options_;
  double saved_ = 0;
  double took_ = 0;
};

}  // namespace sibyl
