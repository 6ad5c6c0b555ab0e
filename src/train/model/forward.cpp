#include "train/model/forward.hpp"

#include <string>

#include "sibyl/error.hpp"

namespace sibyl {

at::Tensor forward_all(torch::nn::SequentialImpl& model, const std::vector<at::Tensor>& inputs) {
  switch (inputs.size()) {
    case 1:
      return model.forward(inputs[0]);
    case 2:
      return model.forward(inputs[0], inputs[1]);
    case 3:
      return model.forward(inputs[0], inputs[1], inputs[2]);
    case 4:
      return model.forward(inputs[0], inputs[1], inputs[2], inputs[3]);
    default:
      throw Error("The data has " + std::to_string(inputs.size()) +
                  " inputs; a model takes one to four: join those that are of a kind in one tensor.");
  }
}

}  // namespace sibyl
