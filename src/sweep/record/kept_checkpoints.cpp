#include "sweep/record/kept_checkpoints.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "sibyl/job.hpp"

namespace sibyl {

namespace fs = std::filesystem;

void KeptCheckpoints::ended(TrialId trial, const Oracle& oracle) {
  const auto ranked = [&](TrialId id) { return Ranked{oracle.trials()[id].score, id}; };
  if (oracle.trials()[trial].status == TrialStatus::failed || !std::isfinite(ranked(trial).score)) {
    obsolete_.push_back(trial);
    return;
  }
  const BestFirst better{oracle.options().objective};
  const auto place = std::find_if(kept_.begin(), kept_.end(),
                                  [&](TrialId each) { return better(ranked(trial), ranked(each)); });
  kept_.insert(place, trial);
  if (static_cast<int>(kept_.size()) <= most_) return;
  obsolete_.push_back(kept_.back());
  kept_.pop_back();
}

void KeptCheckpoints::find_leftovers(const Oracle& oracle) {
  std::error_code problem;
  kept_.clear();
  for (const auto& entry : fs::directory_iterator(folder_, problem)) {
    const std::string name = entry.path().filename();
    TrialId id = -1;
    std::from_chars(name.data() + std::min(name.size(), name.find('_') + 1), name.data() + name.size(), id);
    const auto trials = static_cast<TrialId>(oracle.trials().size());
    if (id < 0 || id >= trials || name != checkpoint_folder(id) || oracle.trials()[id].ended == 0) continue;
    ended(id, oracle);
  }
  for (const TrialId id : kept_)
    for (const auto& entry : fs::directory_iterator(folder_ / checkpoint_folder(id), problem))
      if (entry.path().extension() == ".tmp") fs::remove(entry.path(), problem);  // its writer was killed
}

void KeptCheckpoints::delete_obsolete(const Oracle& oracle) {
  if (obsolete_.empty()) return;
  std::set<TrialId> parents;
  for (const auto* descendants : {&oracle.running(), &oracle.requeued()})
    for (const TrialId id : *descendants) parents.insert(oracle.trials()[id].parent);
  std::erase_if(obsolete_, [&](TrialId id) {
    if (parents.contains(id)) return false;
    std::error_code ignored;  // what can't be deleted costs space, nothing else
    fs::remove_all(folder_ / checkpoint_folder(id), ignored);
    return true;
  });
}

}  // namespace sibyl
