// SPDX-License-Identifier: MIT
#include "tuning/trunk_model.hpp"

namespace tuning {

std::unique_ptr<Model> make_lite_321x257(denim::Seed seed) { return std::make_unique<TrunkModel<Lite<321, 257>>>(seed); }

}  // namespace tuning
