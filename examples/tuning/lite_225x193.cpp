// SPDX-License-Identifier: MIT
#include "tuning/trunk_model.hpp"

namespace tuning {

std::unique_ptr<Model> make_lite_225x193(denim::Seed seed) { return std::make_unique<TrunkModel<Lite<225, 193>>>(seed); }

}  // namespace tuning
