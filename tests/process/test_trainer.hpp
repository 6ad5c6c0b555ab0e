#pragma once

#include <memory>
#include <string>

#include "sibyl/job.hpp"

/// Trains whatever the hyperparameter "do" says: "train", or a way to go wrong at the end of epoch 1. Every
/// epoch reports the process's number as metric "pid".
///
/// TrainerOptions::device says how the start goes: "throws", "dies", "hangs", or anything else. It also
/// throws when there is a file of the name TrainerOptions::data.
std::unique_ptr<sibyl::Trainer> make_test_trainer(const sibyl::TrainerOptions& options);

/// To do this, in epochs 1 and 2.
sibyl::Suggestion to_do(const std::string& what, sibyl::TrialId trial = 0);
