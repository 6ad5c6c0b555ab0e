#pragma once

#include <filesystem>

namespace sibyl {

/// What a sweep's directory holds, besides its lock.
struct SweepFiles {
  static constexpr const char* journal = "journal.bin";
  static constexpr const char* results = "results.h5";
  static constexpr const char* checkpoints = "checkpoints";
  static constexpr const char* tensorboard = "tensorboard";
  static constexpr const char* exported = "exported";
  static constexpr const char* retrained = "retrained";
};

/// Is there a sweep's journal?
bool holds_sweep(const std::filesystem::path& directory);
/// Is there a sweep that is worth something, or can't be read? One that was refused or could not begin has no
/// trial: nothing is lost with it.
bool holds_trials(const std::filesystem::path& directory);

/// Makes the directory, and those above it, to last through a power cut. Throws Error when it can't.
void make_directory(const std::filesystem::path& directory);

/// A directory may hold files of its user's too, even in folders that have the names of ours. So a first
/// start takes a directory only where none of our names is in use: whatever has such a name beside a journal
/// is then ours, and nothing else ever is.
///
/// Throws UsageError where there is no journal and something of another origin has one of our names.
void require_free_names(const std::filesystem::path& directory);

/// Deletes the sweep in the directory: its journal, results, checkpoints and event files, and what was made
/// from it (exported, retrained, report, and the tables that analysis/export.py wrote). What is not ours
/// stays, and so does a folder that it lies in. Throws Error when something can't be deleted, and when
/// another process writes to the journal; UsageError when journal.bin is no journal.
void delete_sweep(const std::filesystem::path& directory);

}  // namespace sibyl
