// SPDX-License-Identifier: MIT
#include "tuning/trunk_model.hpp"

namespace tuning {

std::unique_ptr<Model> make_lite_449x353(denim::Seed seed) { return std::make_unique<TrunkModel<Lite<449, 353>>>(seed); }

}  // namespace tuning
