#pragma once

#include <ATen/core/Tensor.h>

namespace sibyl {

/// Of days since 1970-01-01, (rows) of doubles: (rows, 3 or 4) of the day itself, the month (1 to 12), the
/// day of the week (Monday is 0), and the hour.
at::Tensor date_parts(const at::Tensor& days, bool hours);

}  // namespace sibyl
