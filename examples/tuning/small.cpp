// SPDX-License-Identifier: MIT
#include "tuning/trunk_model.hpp"

namespace tuning {

std::unique_ptr<Model> make_small(denim::Seed seed) { return std::make_unique<TrunkModel<Small>>(seed); }

}  // namespace tuning
