// SPDX-License-Identifier: MIT
#pragma once

// Shoes that shops put on either side of a border: sandals on high heels, loafers as light as ballerinas, shoes with the soles
// of trainers. How often a class holds what is drawn like its neighbour; both names are right.

#include "fashion/wardrobe/rates/shoes.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Shares of a class.
struct BorderRates {
    double heels_as_sandals = 0.2, heels_as_boots = 0.07, sandals_as_heels = 0.12, ballerinas_as_loafers = 0.09;
    double others_female_as_ballerinas = 0.14, others_female_as_trainers = 0.1, others_female_as_boots = 0.04;
    double others_male_as_trainers = 0.08, others_male_as_boots = 0.04, formal_as_loafers = 0.08;
};
inline constexpr BorderRates borders{};

inline SandalRates heeled_sandals() { return {.kinds = {1, 0, 0, 0.1, 0, 0}}; }
inline HighHeelRates open_heels() { return {.kinds = {0, 0.6, 0, 0.2, 0.2, 0}}; }

inline TrainerRates low_trainers(TrainerRates rates) {
    rates.kinds = {0.3, 0, 0, 0, 0.4, 0.3, 0};
    return rates;
}

inline BootRates ankle_boots(BootRates rates) {
    rates.kinds = {0.5, 0.3, 0.2, 0, 0, 0, 0, 0};
    return rates;
}

inline BootRates heeled_ankle_boots() {
    BootRates rates = ankle_boots(boots_female_rates());
    rates.heels = {0, 0, 0.5, 0.5, 0};
    rates.flat_heels = {0, 0, 1, 0, 0};
    return rates;
}

inline LowShoeRates loafers(LowShoeRates rates) {
    rates.kinds = {0, 0, 0, 0, 0.7, 0, 0, 0.3, 0, 0};
    return rates;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
