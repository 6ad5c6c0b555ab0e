#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>

#include "sibyl/job.hpp"

namespace sibyl {

/// Of each class how well it was told from the others, and, of a few classes, what it was taken for. Nothing
/// where there is no matrix.
void print_confusion(std::ostream& out, const Retrained& retrained);

/// {"classes": [{"class": ..., "precision": ..., "recall": ..., "f1": ..., "support": ...}, ...],
/// "confusion_matrix": [[...], ...]}
nlohmann::ordered_json confusion_json(const Retrained& retrained);

}  // namespace sibyl
