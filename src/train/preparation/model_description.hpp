#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/training/loss.hpp"

namespace sibyl {

/// What a network's numbers mean.
enum class OutputKind : std::uint8_t {
  classes,  ///< a logit for each class, of which one is right
  labels,   ///< a logit for each label, any of which may be right; or one logit for two classes
  values    ///< in the units that training had
};

const char* name_of(OutputKind kind);

/// What a model needs besides its network, to be of use to others.
struct ModelDescription {
  Preparation preparation;
  OutputKind output = OutputKind::values;
  std::vector<std::string> outputs = {};        ///< what its numbers are called, one name each
  std::vector<std::string> feature_names = {};  ///< of the network's input
  std::vector<std::int64_t> raw_shape = {};     ///< of a sample, as it may be given
  struct Input {
    std::vector<std::int64_t> shape;  ///< of a sample
    std::string type;                 ///< "Float", "Long"
  };
  std::vector<Input> more = {};  ///< behind raw, as they are
};

/// Of a network that is trained on `data` with this loss, and gives `output` (samples, ...).
ModelDescription describe_model(const Loss& loss, const Data& data, const at::Tensor& output);

/// The names of the classes that the outputs are probabilities of; none where they are something else.
std::vector<std::string> class_names(const ModelDescription& description);

/// The inputs behind the first: [{"shape": [3], "type": "Float"}, ...].
std::string more_as_json(const ModelDescription& description);
std::vector<ModelDescription::Input> more_from_json(const std::string& text);

/// A JSON object of it all.
std::string to_json(const ModelDescription& description);

}  // namespace sibyl
